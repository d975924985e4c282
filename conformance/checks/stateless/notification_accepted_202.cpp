#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_notification_accepted_202 {
namespace {

Finding run(Probe& probe) {
  wire::Request request = modern_request(probe, "notifications/cancelled", {{"requestId", "weir-never-sent"}});
  edit_body(request, [](json::object& message) { message.erase("id"); });
  auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), "202 without a body"); }
  if (answer->head.status >= 400) {
    return untestable("the notification was refused, as it may be: " + describe(*answer));
  }
  if (answer->head.status != 202 || !answer->body.empty()) { return fail("202 without a body", describe(*answer)); }
  return pass("202 without a body");
}

const Registration kCheck{{
    .id = "stateless.notification.accepted-202",
    .title = "a notification that is accepted is answered 202 without a body",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"transport.streamable.notification-202-empty"},
    .source =
        "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#sending-messages",
    .consequence = "Strict clients take any other answer for a failure.",
    .fix =
        "Answer a POST whose message has no id by status 202 and end it there, with no JSON, null or text as a body.",
    .faults = {"streamable.notification-200"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_notification_accepted_202
