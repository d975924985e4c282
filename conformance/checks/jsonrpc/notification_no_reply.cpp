#include "conformance/ask/common.hpp"

namespace weir::conformance::jsonrpc_notification_no_reply {
namespace {

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  for (const std::string_view method : {"notifications/cancelled", "notifications/weir-unknown"}) {
    const json::object params{{"requestId", "weir-never-sent"}, {"reason", "conformance check"}};
    auto answer = post_raw(probe, *dialogue, jsonrpc::notification(method, params));
    if (!answer) { return probe.broken(answer.error(), "no response to a notification"); }
    for (const auto& message : answer->messages) {
      if (message.is_reply() && !answer->http_error()) {
        return fail(fmt::format("no response to {}", method), wire::excerpt(message.raw, 100));
      }
    }
  }
  return pass("no response to a known and to an unknown notification");
}

const Registration kCheck{{
    .id = "jsonrpc.notification.no-reply",
    .title = "a notification gets no response",
    .level = Level::must,
    .eras = kStreamable,
    .since = "2025-03-26",
    .requirements = {"jsonrpc.no-reply-to-notification"},
    .source = "https://www.jsonrpc.org/specification#response_object",
    .consequence = "Strict clients abort on a response that no request waits for.",
    .fix = "Look for the id before a message is dispatched, and answer what has none by 202 without a body, "
           "notifications that nobody knows included.",
    .faults = {"jsonrpc.notification-answered"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_notification_no_reply
