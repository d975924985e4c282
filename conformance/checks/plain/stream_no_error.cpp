#include "conformance/checks/plain/common.hpp"

namespace weir::conformance::plain_stream_no_error {
namespace {

std::optional<std::string> problem(const wire::FrontDoorRoute* row, const wire::Exchange& exchange) {
  bool first = true;
  for (const auto& item : exchange.items) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    if (!event) { continue; }
    const bool said = first && row && row->expect.first_event == "error";
    if (event->type == "error" && !said) {
      return fmt::format("event 'error' with {}", wire::excerpt(std::string_view(event->data), 100));
    }
    first = false;
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  return judge_plain_streams(
      probe, {.expected = "no event named error at the beginning",
              .span = short_watch,
              .problem = problem,
              .fix = "Read the event: the gateway passes on what its backend wrote to standard error, or the backend "
                     "died. Where it is the banner of a healthy backend, say `first_event: error` in the profile."});
}

const Registration kCheck{{
    .id = "plain.stream.no-error",
    .title = "plain event streams do not begin with an event named error",
    .level = Level::must,
    .eras = kTarget,
    .source = kEventStreamSource,
    .consequence = "An EventSource hands such an event to its error handler, as if the connection had failed: clients "
                   "reconnect for ever.",
    .fix = "Keep what the backend writes to standard error out of the stream, and repair a backend that died; a "
           "healthy one's banner is `first_event: error` in the profile.",
    .faults = {"front-door.first-event-error"},
    .fixture = "plain-stream",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::plain_stream_no_error
