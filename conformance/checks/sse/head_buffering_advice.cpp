#include "conformance/checks/sse/common.hpp"

namespace weir::conformance::sse_head_buffering_advice {
namespace {

Finding run(Probe& probe) { return judge_accel_buffering(probe); }

const Registration kCheck{{
    .id = "sse.head.buffering-advice",
    .title = "event streams carry X-Accel-Buffering: no",
    .level = Level::may,
    .eras = kSessionEras,
    .source = "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering",
    .consequence = "nginx and what is built on it hold events back until a buffer is full.",
    .fix = "Set X-Accel-Buffering: no on every text/event-stream response, that to a GET included, in one middleware "
           "for all of them.",
    .faults = {"sse.accel-buffering-absent"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_head_buffering_advice
