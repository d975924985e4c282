#include "conformance/checks/sse/common.hpp"

namespace weir::conformance::sse_framing_terminated {
namespace {

std::optional<std::string> why_unjudgeable(const SeenStream& stream) {
  const wire::EndClass end = stream.exchange.end;
  if (end == wire::EndClass::clean || end == wire::EndClass::close_delimited) { return std::nullopt; }
  return "no stream ended by itself while it was watched";
}

std::optional<std::string> problem(const SeenStream& stream) {
  for (const auto& item : stream.exchange.items) {
    const auto* oddity = std::get_if<wire::SseOddity>(&item);
    if (oddity && oddity->kind == wire::SseOddityKind::unterminated_event) {
      return fmt::format("'{}' without one at byte {}", oddity->excerpt, oddity->offset);
    }
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  const StreamOptions options{.headers = {}, .calls = true, .unjudgeable = why_unjudgeable};
  return judge_streams(probe, options, "a blank line after the last event", problem);
}

const Registration kCheck{{
    .id = "sse.framing.terminated",
    .title = "a stream that ends by itself ends after a whole event",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .source = "https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation",
    .consequence = "The last event, mostly the answer, lacks its blank line: every client discards it.",
    .fix = "Write the blank line behind an event in the same write as its data, behind the last one too, and flush "
           "before the response is ended.",
    .faults = {"sse.response-unterminated"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_framing_terminated
