#include <set>

#include "conformance/checks/deploy/common.hpp"

namespace weir::conformance::deploy_endpoint_new {
namespace {

Finding run(Probe& probe) {
  const auto seen = watched(probe);
  if (!seen) { return seen.error(); }
  std::set<std::string> announced;
  for (const auto& stream : seen->era.streams) { announced.insert(stream.endpoint_before); }
  std::size_t again = 0;
  for (const auto& stream : seen->era.streams) {
    again += stream.reopened_ms.has_value();
    if (!stream.endpoint_after.empty() && !announced.insert(stream.endpoint_after).second) {
      return fail("an endpoint of its own for a stream that was opened after the deploy",
                  fmt::format("'{}', which another stream had before",
                              wire::excerpt(std::string_view(stream.endpoint_after), 100)))
          .at("server", "Make a session for every stream, and announce that one.");
    }
  }
  if (again == 0) {
    return seen->era.streams.front().end == wire::EndClass::open ? not_applicable("no stream ended")
                                                                 : untestable("no stream could be opened again");
  }
  return pass(fmt::format("{} new endpoints", again));
}

const Registration kCheck{{
    .id = "deploy.endpoint.new",
    .title = "a stream that is opened after the deploy announces an endpoint of its own",
    .level = Level::must,
    .eras = kHttpSse,
    .source = "https://github.com/modelcontextprotocol/java-sdk/issues/105",
    .consequence = "Clients POST to a session that died with the old version.",
    .fix = "Make a new session with a random id for every GET of the stream, and announce its own address in the "
           "endpoint event, not one that is kept or cached.",
    .faults = {"deploy.endpoint-stale"},
    .fixture = "deploy",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"deploy.endpoint.new", "it is seen while a deploy is under way"};

}  // namespace
}  // namespace weir::conformance::deploy_endpoint_new
