#include "conformance/checks/sse/common.hpp"

namespace weir::conformance::sse_head_x_accel_buffering {
namespace {

Finding run(Probe& probe) { return judge_accel_buffering(probe); }

const Registration kCheck{{
    .id = "sse.head.x-accel-buffering",
    .title = "event streams carry X-Accel-Buffering: no",
    .level = Level::should,
    .eras = kStateless,
    .requirements = {"transport.streamable.x-accel-buffering"},
    .source =
        "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#receiving-messages",
    .consequence = "nginx and what is built on it hold events back until a buffer is full.",
    .fix = "Set X-Accel-Buffering: no on every text/event-stream response to a POST, that to subscriptions/listen "
           "included, in one middleware for all of them.",
    .faults = {"sse.accel-buffering-absent"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_head_x_accel_buffering
