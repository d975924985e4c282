#include "conformance/ask/common.hpp"

namespace weir::conformance::resumability_priming_event {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call(harmless_method(probe));
  if (!reply) { return probe.broken(reply.error(), "an answer to ping"); }
  if (!reply->http.is_event_stream()) { return not_applicable("requests are answered without a stream"); }
  bool ids = false;
  const wire::SseEvent* first = nullptr;
  // An event without data is not dispatched, so the priming event shows as the id that its successor inherits.
  bool primed = false;
  for (const auto& item : reply->http.items) {
    if (const auto* event = std::get_if<wire::SseEvent>(&item)) {
      // A field without a value takes the id away (WHATWG server-sent events): nothing can be resumed behind it.
      ids = ids || (event->has_id && !event->last_event_id.empty());
      if (!first) {
        first = event;
        primed = event->data.empty() || (!event->has_id && !event->last_event_id.empty());
      }
    } else if (const auto* oddity = std::get_if<wire::SseOddity>(&item)) {
      primed = primed || (!first && oddity->kind == wire::SseOddityKind::event_without_data);
    }
  }
  if (!ids && !primed) { return not_applicable("events carry no ids"); }
  if (!primed) {
    return fail("an event with an id and empty data first",
                first ? wire::excerpt(std::string_view(first->data), 80) : "no event");
  }
  return pass("the stream was primed");
}

const Registration kCheck{{
    .id = "resumability.priming.event",
    .title = "a stream that can be resumed begins with an event that has an id and no data",
    .level = Level::should,
    .eras = kStreamable,
    .since = "2025-11-25",
    .requirements = {"transport.resumability.priming-event"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#resumability-and-redelivery",
    .consequence = "A stream that is cut before its first message cannot be resumed: the call is lost.",
    .fix = "Write and flush an event with an id and an empty data line as soon as the stream of a request opens, "
           "before its handler runs.",
    .faults = {"resumability.no-priming"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resumability_priming_event
