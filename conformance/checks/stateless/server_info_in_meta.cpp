#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_server_info_in_meta {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call("server/discover");
  if (!reply) { return probe.broken(reply.error(), "a result of server/discover"); }
  if (auto bad = unless_result(*reply, "a result of server/discover")) { return *bad; }
  const json::value* info = wire::find_pointer(reply->result(), "/_meta/io.modelcontextprotocol~1serverInfo");
  if (!info || wire::string_or(*info, "name", "").empty() || wire::string_or(*info, "version", "").empty()) {
    return fail("io.modelcontextprotocol/serverInfo with name and version in _meta",
                info ? wire::excerpt(*info, 80) : "none");
  }
  return pass(fmt::format("{} {}", wire::string_or(*info, "name", ""), wire::string_or(*info, "version", "")));
}

const Registration kCheck{{
    .id = "stateless.server-info.in-meta",
    .title = "results carry serverInfo in _meta",
    .level = Level::should,
    .eras = kStateless,
    .requirements = {"stateless.serverinfo-in-result-meta"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic#_meta",
    .consequence = "Without it nobody can tell which replica and which version gave an answer.",
    .fix = "Add io.modelcontextprotocol/serverInfo with a name and a version, both filled, to the _meta of every "
           "result, that of server/discover included.",
    .faults = {"stateless.no-server-info"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_server_info_in_meta
