#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_session_ignored {
namespace {

Finding judge(Probe& probe) {
  wire::Request request = modern_request(probe, "server/discover");
  request.headers.set("Mcp-Session-Id", "weir-from-another-time");
  return served(probe, request);
}

Finding run(Probe& probe) { return unless_dual_era(probe, judge); }

const Registration kCheck{{
    .id = "stateless.session.ignored",
    .title = "an Mcp-Session-Id is ignored",
    .level = Level::should,
    .eras = kStateless,
    .requirements = {"transport.streamable.ignore-legacy-session-header"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/"
              "streamable-http#earlier-streamable-http-revisions",
    .consequence = "A client that carries an old session across an upgrade is locked out.",
    .fix = "Leave Mcp-Session-Id unread in this revision: skip the session lookup in the server, and take checks and "
           "routing by that header out of the gateway.",
    .faults = {"stateless.session-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_session_ignored
