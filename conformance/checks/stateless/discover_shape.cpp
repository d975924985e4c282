#include "conformance/ask/shapes.hpp"

namespace weir::conformance::stateless_discover_shape {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "stateless.discover.shape",
                      {.expected = "supported versions and capabilities, as the revision has them",
                       .looked_at = "results of server/discover",
                       .nothing = "server/discover gave no result"});
}

const Registration kCheck{{
    .id = "stateless.discover.shape",
    .title = "server/discover lists supported versions and capabilities",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.discover.implemented", "stateless.discover.result-shape",
                     "transport.streamable.single-endpoint-post"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/server/discover",
    .consequence = "Clients choose their revision by this answer; without it they cannot begin.",
    .fix = "Answer server/discover with `supportedVersions` as an array of strings and `capabilities` as an object, "
           "and leave members without a value out in place of null.",
    .faults = {"stateless.discover-without-versions"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_discover_shape
