#include "conformance/ask/front_door.hpp"

namespace weir::conformance::front_door_route_stream {
namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr double kLate = 1.25;        ///< Of the period: a heartbeat may be as late as that,
constexpr Milliseconds kJitter{250};  ///< and by this much in any case.

std::optional<std::string> wrong_first_event(Probe& probe, const std::string& wanted, wire::HttpStream& stream) {
  const auto event = stream.next_event(probe.answer_deadline());
  if (event && event->type == wanted) { return std::nullopt; }
  if (event) {
    return fmt::format("expected the first event to be '{}', got '{}' with {}", wanted, event->type,
                       wire::excerpt(std::string_view(event->data), 80));
  }
  return fmt::format("expected the first event '{}', got {}", wanted,
                     stream.ended() ? "the end of the stream" : "none in time");
}

/// A greeting at the start is no heartbeat: what counts is a comment after half a period, or a second one.
std::optional<std::string> no_heartbeat(Probe& probe, double period_s, wire::HttpStream& stream) {
  const auto most = Milliseconds(static_cast<std::int64_t>(period_s * kLate * 1000)) + kJitter;
  const auto half = std::chrono::duration<double>(period_s / 2);
  const auto begin = wire::Clock::now();
  auto deadline = probe.in(most);
  int comments = 0;
  while (const auto item = stream.next_item(deadline)) {
    if (!std::holds_alternative<wire::SseComment>(*item)) { continue; }
    if (++comments > 1 || wire::Clock::now() - begin >= half) { return std::nullopt; }
    deadline = probe.in(most);
  }
  if (probe.out_of_time()) { return std::nullopt; }
  const auto watched = std::chrono::duration<double>(wire::Clock::now() - begin).count();
  return fmt::format("expected a comment every {:g} s, got {} in {:.1f} s", period_s,
                     stream.ended() ? "the end of the stream" : "none", watched);
}

std::optional<std::string> watch(Probe& probe, const wire::FrontDoorRoute& row, wire::HttpStream& stream) {
  if (!stream.exchange().is_event_stream()) {
    return fmt::format("expected an event stream, got {}", RowAnswer{row, stream.exchange()}.seen());
  }
  if (row.expect.first_event) {
    if (auto wrong = wrong_first_event(probe, *row.expect.first_event, stream)) { return wrong; }
  }
  return row.expect.heartbeat_s ? no_heartbeat(probe, *row.expect.heartbeat_s, stream) : std::nullopt;
}

Finding run(Probe& probe) {
  return judge_rows(probe, {.selects = [](const auto& row) { return row.expect.first_event || row.expect.heartbeat_s; },
                            .nothing = "no row of the front door says a first event or a heartbeat",
                            .problem = {},
                            .watch = watch});
}

const Registration kCheck{{
    .id = "front-door.route.stream",
    .title = "the event streams of the front door begin with their event, and show life as often as the profile says",
    .level = Level::must,
    .eras = kTarget,
    .source = kFrontDoorSource,
    .consequence = "A stream that opens with another event, or falls silent, is cut by the first hop with an idle "
                   "timeout and tells its clients nothing.",
    .fix = "Write the row's first event right after the head and a comment as often as heartbeat_s says, flush both, "
           "and switch off response buffering on the way.",
    .faults = {"front-door.first-event-error", "front-door.no-heartbeat"},
    .fixture = "front-door",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::front_door_route_stream
