#include "conformance/ask/stateless.hpp"

namespace weir::conformance {
namespace {

Finding judge(Probe& probe) {
  auto answer = probe.send(modern_request(probe, "server/discover"));
  if (!answer) { return probe.broken(answer.error(), "a result"); }
  if (answer->head.headers.has("mcp-session-id")) {
    return fail("no Mcp-Session-Id",
                "one of " + std::to_string(answer->head.headers.get("mcp-session-id").size()) + " characters");
  }
  return pass("none");
}

Finding run(Probe& probe) { return unless_dual_era(probe, judge); }

const Registration kCheck{{
    .id = "stateless.session.not-minted",
    .title = "no Mcp-Session-Id is issued",
    .level = Level::should,
    .eras = kStateless,
    .requirements = {"transport.streamable.ignore-legacy-session-header"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/"
              "streamable-http#earlier-streamable-http-revisions",
    .consequence = "Clients that see a session id keep it, and balancers pin them to one replica.",
    .faults = {"stateless.session-minted"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
