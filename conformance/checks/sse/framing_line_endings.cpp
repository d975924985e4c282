#include "conformance/checks/sse/common.hpp"

namespace weir::conformance::sse_framing_line_endings {
namespace {

Finding run(Probe& probe) {
  return judge_oddity(probe, wire::SseOddityKind::mixed_line_endings, "one kind of line ending throughout");
}

const Registration kCheck{{
    .id = "sse.framing.line-endings",
    .title = "an event stream has one kind of line ending",
    .level = Level::may,
    .eras = kAllEras,
    .source = "https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream",
    .consequence = "The standard allows the mix, but hand-written parsers that split at one kind lose or merge events.",
    .fix = "Write events, comments and blank lines through one function with one line ending (LF), heartbeats and "
           "error events included.",
    .faults = {"sse.crlf-then-lf"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_framing_line_endings
