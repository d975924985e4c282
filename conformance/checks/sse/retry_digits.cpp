#include "conformance/checks/sse/common.hpp"

namespace weir::conformance::sse_retry_digits {
namespace {

Finding run(Probe& probe) {
  return judge_oddity(probe, wire::SseOddityKind::retry_not_digits, "digits in each retry field");
}

const Registration kCheck{{
    .id = "sse.retry.digits",
    .title = "the retry field is a number of milliseconds",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation",
    .consequence = "Clients ignore the field and reconnect at their own pace, all at once after a deploy.",
    .fix = "Write a whole number of milliseconds in digits alone behind retry: (retry: 3000), without unit, sign or "
           "fraction.",
    .faults = {"sse.retry-words"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_retry_digits
