#include "conformance/ask/shapes.hpp"

namespace weir::conformance::lifecycle_initialize_result_shape {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "lifecycle.initialize.result-shape",
                      {.expected = "a protocol version, capabilities and server info",
                       .looked_at = "results of initialize",
                       .nothing = "initialize gave no result"});
}

const Registration kCheck{{
    .id = "lifecycle.initialize.result-shape",
    .title = "initialize gives a protocol version, capabilities and server info",
    .level = Level::must,
    .eras = kSessionEras,
    .requirements = {"lifecycle.initialize.result"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#initialization",
    .consequence = "Typed clients refuse the whole connection when one of them is missing.",
    .fix = "Return protocolVersion, capabilities (`{}` where there are none) and serverInfo from initialize, and "
           "leave optional members out instead of sending null.",
    .faults = {"lifecycle.server-info-missing", "lifecycle.capabilities-missing"},
    .by_revision = true,
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_initialize_result_shape
