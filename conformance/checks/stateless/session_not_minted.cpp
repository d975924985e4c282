#include "conformance/ask/control.hpp"
#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_session_not_minted {
namespace {

Finding judge(Probe& probe) {
  // One that comes back to a client of another time is kept as well.
  for (const bool sent : {false, true}) {
    wire::Request request = modern_request(probe, "server/discover");
    if (sent) { request.headers.set("Mcp-Session-Id", "weir-from-another-time"); }
    auto answer = probe.send(request);
    if (!answer) { return probe.broken(answer.error(), "a result"); }
    if (answer->head.headers.has("mcp-session-id")) {
      return fail("no Mcp-Session-Id",
                  fmt::format("one of {} characters{}", answer->head.headers.get("mcp-session-id").size(),
                              sent ? ", to a request that had one" : ""));
    }
    if (!sent && !has_result(*answer)) { return untestable("no result came: " + describe_error(*answer)); }
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
    .fix = "Set no Mcp-Session-Id on responses of this revision, not even the one that the request brought: run the "
           "transport without a session id generator.",
    .faults = {"stateless.session-minted"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_session_not_minted
