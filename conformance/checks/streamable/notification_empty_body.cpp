#include "conformance/ask/common.hpp"

namespace weir::conformance::streamable_notification_empty_body {
namespace {

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  auto answer =
      post_raw(probe, *dialogue, jsonrpc::notification("notifications/cancelled", {{"requestId", "weir-never-sent"}}));
  if (!answer) { return probe.broken(answer.error(), "202"); }
  if (!answer->http.ok()) { return untestable("the notification was refused: " + answer->describe()); }
  if (!answer->http.body.empty()) { return fail("no body", describe(answer->http)); }
  return pass("no body");
}

const Registration kCheck{{
    .id = "streamable.notification.empty-body",
    .title = "the answer to a notification has no body",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.streamable.accepted-202-empty"},
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/basic/transports#sending-messages-to-the-server",
    .consequence = "Clients parse the body as a message and fail.",
    .faults = {"streamable.notification-body"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_notification_empty_body
