#include "conformance/ask/shapes.hpp"

namespace weir::conformance::progress_notification_shape {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "progress.notification.shape",
                      {.expected = "a progressToken, a number as progress, and as total if there is one",
                       .looked_at = "progress notifications",
                       .nothing = "no progress was notified",
                       .is_optional = true});
}

const Registration kCheck{{
    .id = "progress.notification.shape",
    .title = "a progress notification has a token and numbers",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/progress",
    .consequence = "Typed clients drop it, or fail the call that it belongs to.",
    .fix = "Set progressToken as it came and progress to a number in each notification, and leave total and "
           "message out where they are not known instead of sending null.",
    .faults = {"progress.total-null"},
    .fixture = "profile",
    .green_may_be = "no progress was notified",
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::progress_notification_shape
