#include <algorithm>

#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_message_event_type {
namespace {

/// Events of other types may stand beside the messages; none of them may carry one.
bool carries_message(const wire::SseEvent& event) {
  const auto parsed = jsonrpc::parse(event.data);
  return parsed && std::any_of(parsed->messages.begin(), parsed->messages.end(),
                               [](const jsonrpc::Message& message) { return message.kind != jsonrpc::Kind::invalid; });
}

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation over the stream"); }
  auto reply = dialogue->request(harmless_method(probe));
  if (!reply) { return probe.broken(reply.error(), "the reply on the stream"); }
  int messages = 0;
  for (const auto& item : dialogue->stream()->exchange().items) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    if (!event || !carries_message(*event)) { continue; }
    if (event->type != "message") {
      return fail("events of type message",
                  fmt::format("type '{}' for {}", wire::excerpt(std::string_view(event->type), 40),
                              wire::excerpt(std::string_view(event->data), 60)));
    }
    ++messages;
  }
  if (messages == 0) { return untestable("no message came on the stream"); }
  return pass(fmt::format("{} messages, all in events of type message", messages));
}

const Registration kCheck{{
    .id = "http-sse.message.event-type",
    .title = "messages are events of type `message`",
    .level = Level::must,
    .eras = kHttpSse,
    .requirements = {"transport.sse.message-event-framing"},
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence = "Clients listen for `message` events; a reply under another type is never delivered.",
    .fix = "Write each JSON-RPC message with the line `event: message`, or without an event line, and keep other "
           "event names for what is no message.",
    .faults = {"http-sse.message-type-renamed"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_sse_message_event_type
