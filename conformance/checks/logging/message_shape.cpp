#include "conformance/ask/shapes.hpp"

namespace weir::conformance::logging_message_shape {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "logging.message.shape",
                      {.expected = "one of the eight levels, and data",
                       .looked_at = "log messages",
                       .nothing = "no log message came",
                       .is_optional = true});
}

const Registration kCheck{{
    .id = "logging.message.shape",
    .title = "a log message has one of the eight levels, and data",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"logging.message.shape"},
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/server/utilities/logging#log-message-notifications",
    .consequence = "Typed clients drop it, or fail the call that it came with.",
    .fix = "Map the logger's levels to debug, info, notice, warning, error, critical, alert and emergency (warn is "
           "warning, fatal is critical), and always set data.",
    .faults = {"logging.level-warn"},
    .fault_eras = {"http-sse", "streamable"},
    .fixture = "logging",
    .green_may_be = "no log message came",
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::logging_message_shape
