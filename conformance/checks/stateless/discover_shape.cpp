#include <algorithm>

#include "conformance/ask/stateless.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto answer = probe.send(modern_request(probe, "server/discover"));
  if (!answer) { return probe.broken(answer.error(), "a result of server/discover"); }
  const auto texts = message_texts(*answer);
  auto parsed = texts.empty()
                    ? wire::Result<jsonrpc::Parsed>(wire::fail(wire::ErrorCode::malformed_message, "no message"))
                    : jsonrpc::parse(texts.back());
  if (!parsed || parsed->messages.empty() || parsed->messages.front().kind != jsonrpc::Kind::response) {
    return fail("a result of server/discover", describe_error(*answer));
  }
  const json::value& result = parsed->messages.front().result;
  const json::array* versions = wire::as_array(wire::find(result, "supportedVersions"));
  if (!versions || versions->empty() ||
      !std::all_of(versions->begin(), versions->end(), [](const json::value& item) { return item.is_string(); })) {
    return fail("an array of strings supportedVersions", wire::excerpt(result, 100));
  }
  if (!wire::as_object(wire::find(result, "capabilities"))) {
    return fail("an object capabilities", wire::excerpt(result, 100));
  }
  return pass("speaks " + json::serialize(*versions));
}

const Registration kCheck{{
    .id = "stateless.discover.shape",
    .title = "server/discover lists supported versions and capabilities",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.discover.implemented", "stateless.discover.result-shape",
                     "transport.streamable.single-endpoint-post"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/server/discover",
    .consequence = "Clients choose their revision by this answer; without it they cannot begin.",
    .faults = {"stateless.discover-without-versions"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
