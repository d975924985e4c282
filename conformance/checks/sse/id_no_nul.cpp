#include "conformance/checks/sse/common.hpp"

namespace weir::conformance::sse_id_no_nul {
namespace {

Finding run(Probe& probe) { return judge_oddity(probe, wire::SseOddityKind::id_with_nul, "no NUL in an event id"); }

const Registration kCheck{{
    .id = "sse.id.no-nul",
    .title = "event ids hold no NUL",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation",
    .consequence = "Clients ignore such an id, and resume from an older event than the server thinks.",
    .fix = "Make event ids of printable ASCII: encode binary keys as hex or Base64url, and separate their parts by a "
           "visible character.",
    .faults = {"sse.id-with-nul"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_id_no_nul
