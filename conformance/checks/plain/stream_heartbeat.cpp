#include "conformance/checks/plain/common.hpp"

namespace weir::conformance::plain_stream_heartbeat {
namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr double kPeriods = 2.2;  ///< Two heartbeats, the first up to one period after the beginning.
constexpr Milliseconds kJitter{250};

Milliseconds span(const Probe&, const wire::FrontDoorRoute* row) {
  if (!row || !row->expect.heartbeat_s) { return Milliseconds(0); }
  return Milliseconds(static_cast<std::int64_t>(*row->expect.heartbeat_s * kPeriods * 1000)) + kJitter;
}

/// Names that servers give to events which only keep a stream alive.
bool is_keep_alive(const wire::SseEvent& event) {
  constexpr std::size_t kShort = 64;
  for (const char* name : {"heartbeat", "keepalive", "keep-alive", "keep_alive"}) {
    if (event.type == name || (event.data.size() < kShort && event.data.find(name) != std::string::npos)) {
      return true;
    }
  }
  return event.type == "ping" || event.data == "ping" || event.data.empty();
}

std::optional<std::string> problem(const wire::FrontDoorRoute*, const wire::Exchange& exchange) {
  int comments = 0;
  for (const auto& item : exchange.items) {
    comments += std::holds_alternative<wire::SseComment>(item) ? 1 : 0;
    const auto* event = std::get_if<wire::SseEvent>(&item);
    if (event && is_keep_alive(*event)) {
      return fmt::format("event '{}' with '{}' as a heartbeat", event->type,
                         wire::excerpt(std::string_view(event->data), 60));
    }
  }
  return comments > 0 ? std::nullopt : std::optional<std::string>("no comment at all");
}

Finding run(Probe& probe) {
  return judge_plain_streams(probe, {.expected = "heartbeats that are comments",
                                     .span = span,
                                     .problem = problem,
                                     .fix = "Write ': keep-alive' and a blank line, more often than the shortest idle "
                                            "timeout on the way."});
}

const Registration kCheck{{
    .id = "plain.stream.heartbeat",
    .title = "plain event streams keep themselves alive with comments",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes",
    .consequence = "A heartbeat that is an event reaches every client's handler; without any, the first idle timeout "
                   "on the way cuts the stream.",
    .fix = "Write the comment `: keep-alive` and a blank line at the interval that the profile names, in place of "
           "ping or heartbeat events.",
    .faults = {"sse.heartbeat-as-data", "front-door.no-heartbeat"},
    .fixture = "plain-stream",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::plain_stream_heartbeat
