#include "conformance/ask/common.hpp"

namespace weir::conformance::streamable_notification_accepted_202 {
namespace {

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  auto answer =
      post_raw(probe, *dialogue, jsonrpc::notification("notifications/cancelled", {{"requestId", "weir-never-sent"}}));
  if (!answer) { return probe.broken(answer.error(), "202"); }
  if (answer->http_error()) { return untestable("the notification was refused, as it may be: " + answer->describe()); }
  if (answer->http.head.status != 202) { return fail("HTTP 202", answer->describe()); }
  return pass("HTTP 202");
}

const Registration kCheck{{
    .id = "streamable.notification.accepted-202",
    .title = "a notification that is accepted is answered 202",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.streamable.accepted-202-empty"},
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/basic/transports#sending-messages-to-the-server",
    .consequence = "Strict clients abort the handshake at any other status.",
    .fix = "Set status 202 on the answer to a POST whose message has no id, in place of the framework's 200 or 204, "
           "and write no reply to it.",
    .faults = {"streamable.notification-200", "streamable.notification-204"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_notification_accepted_202
