#include "conformance/ask/common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::streamable_notification_accepted_202 {
namespace {

constexpr int kRounds = 3;

/// The unknown one last: a server that ends the session at it has answered the others.
std::vector<std::string> notifications() {
  return {jsonrpc::notification("notifications/cancelled", {{"requestId", "weir-never-sent"}}),
          jsonrpc::notification("notifications/progress", {{"progressToken", "weir-never-given"}, {"progress", 1}}),
          jsonrpc::notification("notifications/weir-unknown")};
}

std::string method_of(const std::string& notification) {
  const auto parsed = jsonrpc::parse(notification);
  return parsed && !parsed->messages.empty() ? parsed->messages.front().method : std::string();
}

/// Whether requests of the session are served beside its notifications, each of which is 404. Two requests stand
/// between two notifications: of replicas that do not share sessions, and are met by turns, one would refuse requests
/// too.
bool goes_on(Probe& probe, wire::mcp::Dialogue& dialogue, const std::string& notification) {
  for (int i = 0; i < kRounds; ++i) {
    for (int asked = 0; asked < 2; ++asked) {
      const auto reply = dialogue.request(harmless_method(probe));
      if (!reply || !reply->is_result()) { return false; }
    }
    const auto answer = post_raw(probe, dialogue, notification);
    if (!answer || answer->http.head.status != kNotFound) { return false; }
  }
  return true;
}

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  int accepted = 0;
  std::string refused;
  for (const std::string& notification : notifications()) {
    const auto answer = post_raw(probe, *dialogue, notification);
    if (!answer) { return probe.broken(answer.error(), "202 to " + method_of(notification)); }
    const int status = answer->http.head.status;
    if (status == kNotFound && dialogue->session_id() && goes_on(probe, *dialogue, notification)) {
      return fail("HTTP 202: 404 tells a client that its session is over",
                  fmt::format("the session goes on, and {} is answered by {}", method_of(notification),
                              answer->describe()))
          .at("server", "Answer 202 to every notification, those that you do not know included.");
    }
    if (answer->http_error()) {
      if (refused.empty()) { refused = fmt::format("{}: {}", method_of(notification), answer->describe()); }
      continue;
    }
    if (status != 202) { return fail(fmt::format("HTTP 202 to {}", method_of(notification)), answer->describe()); }
    ++accepted;
  }
  if (accepted == 0) { return untestable("each notification was refused, as it may be: " + refused); }
  return pass(fmt::format("HTTP 202 to {} of {} kinds of notification{}", accepted, notifications().size(),
                          refused.empty() ? "" : "; refused, as it may be: " + refused));
}

const Registration kCheck{{
    .id = "streamable.notification.accepted-202",
    .title = "a notification that is accepted is answered 202",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.streamable.accepted-202-empty"},
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/basic/transports#sending-messages-to-the-server",
    .consequence = "Strict clients abort at any other status, and at 404 they take their session for lost.",
    .fix = "Set status 202 on the answer to a POST whose message has no id, in place of the framework's 200 or 204, "
           "and write no reply to it.",
    .faults = {"streamable.notification-200", "streamable.notification-204", "streamable.notification-404",
               "streamable.unknown-notification-404"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_notification_accepted_202
