#include "conformance/ask/shapes.hpp"

namespace weir::conformance::lifecycle_capabilities_shape {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "lifecycle.capabilities.shape",
                      {.expected = "capabilities that are objects, with flags that are booleans",
                       .looked_at = "capabilities",
                       .nothing = "no capability was declared",
                       .is_optional = true});
}

const Registration kCheck{{
    .id = "lifecycle.capabilities.shape",
    .title = "each capability is an object, its flags are booleans",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#capability-negotiation",
    .consequence = "Typed clients refuse the handshake when a capability is true instead of an object.",
    .fix = "Declare each capability as an object, `{}` where it has no flags, with true or false as flags, and "
           "leave out what the server does not have.",
    .faults = {"lifecycle.capability-boolean"},
    .by_revision = true,
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_capabilities_shape
