#include "conformance/checks/sse/common.hpp"

namespace weir::conformance::sse_framing_utf8 {
namespace {

Finding run(Probe& probe) { return judge_oddity(probe, wire::SseOddityKind::invalid_utf8, "UTF-8"); }

const Registration kCheck{{
    .id = "sse.framing.utf8",
    .title = "event streams are UTF-8",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"transport.streamable.utf8"},
    .source = "https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream",
    .consequence = "Clients put a replacement character in place of each such byte: what the user reads is not what "
                   "the tool said.",
    .fix = "Encode the stream as UTF-8 whatever the locale is, decode what tools and commands print before it is "
           "written, and cut no text within a character.",
    .faults = {"sse.invalid-utf8"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_framing_utf8
