#include "conformance/checks/plain/common.hpp"

namespace weir::conformance::plain_stream_framing {
namespace {

/// Oddities by which events are lost or changed; others (unknown fields, a byte order mark, mixed line endings) are
/// legal, and decoded as the standard says.
bool loses_events(wire::SseOddityKind kind) {
  using Kind = wire::SseOddityKind;
  return kind == Kind::invalid_utf8 || kind == Kind::unterminated_event || kind == Kind::line_too_long ||
         kind == Kind::event_too_big || kind == Kind::event_without_data || kind == Kind::id_with_nul ||
         kind == Kind::retry_not_digits;
}

std::optional<std::string> problem(const wire::FrontDoorRoute*, const wire::Exchange& exchange) {
  for (const auto& item : exchange.items) {
    const auto* oddity = std::get_if<wire::SseOddity>(&item);
    if (oddity && loses_events(oddity->kind)) {
      return fmt::format("{}: '{}' at byte {}", to_string(oddity->kind), oddity->excerpt, oddity->offset);
    }
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  return judge_plain_streams(probe, {.expected = "events that every parser of the standard dispatches",
                                     .span = short_watch,
                                     .problem = problem,
                                     .fix = "Write each event as UTF-8 lines of known fields, data among them, with a "
                                            "blank line after it."});
}

const Registration kCheck{{
    .id = "plain.stream.framing",
    .title = "plain event streams are framed as the standard says",
    .level = Level::must,
    .eras = kTarget,
    .source = kEventStreamSource,
    .consequence = "Parsers drop such events, or show other characters than were sent, and say nothing.",
    .fix = "Write each event as lines of UTF-8 with a data field and a blank line behind them, split what is too "
           "large, and give retry digits alone and ids no NUL.",
    .faults = {"sse.invalid-utf8"},
    .fixture = "plain-stream",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::plain_stream_framing
