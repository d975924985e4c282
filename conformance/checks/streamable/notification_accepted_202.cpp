#include "conformance/ask/common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::streamable_notification_accepted_202 {
namespace {

constexpr int kRounds = 3;

std::string cancellation() {
  return jsonrpc::notification("notifications/cancelled", {{"requestId", "weir-never-sent"}});
}

/// Whether requests of the session are served beside its notifications, each of which is 404. Two requests stand
/// between two notifications: of replicas that do not share sessions, and are met by turns, one would refuse requests
/// too.
bool goes_on(Probe& probe, wire::mcp::Dialogue& dialogue) {
  for (int i = 0; i < kRounds; ++i) {
    for (int asked = 0; asked < 2; ++asked) {
      const auto reply = dialogue.request(harmless_method(probe));
      if (!reply || !reply->is_result()) { return false; }
    }
    const auto answer = post_raw(probe, dialogue, cancellation());
    if (!answer || answer->http.head.status != kNotFound) { return false; }
  }
  return true;
}

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  auto answer = post_raw(probe, *dialogue, cancellation());
  if (!answer) { return probe.broken(answer.error(), "202"); }
  if (answer->http.head.status == kNotFound && dialogue->session_id() && goes_on(probe, *dialogue)) {
    return fail("HTTP 202: 404 tells a client that its session is over",
                fmt::format("notifications/cancelled is answered by {}, and the session goes on", answer->describe()))
        .at("server", "Answer 202 to every notification, those that you do not know included.");
  }
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
    .faults = {"streamable.notification-200", "streamable.notification-204", "streamable.notification-404"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_notification_accepted_202
