#include "conformance/ask/shapes.hpp"

namespace weir::conformance::resources_list_shape {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "resources.list.shape",
                      {.expected = "resources as the revision has them, each with a uri and a name",
                       .looked_at = "results of resources/list",
                       .nothing = "no list of resources came"});
}

const Registration kCheck{{
    .id = "resources.list.shape",
    .title = "each resource has a uri and a name",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "resources",
    .requirements = {"resources.list.shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#listing-resources",
    .consequence = "Typed clients drop the whole list.",
    .fix = "Answer resources/list with an array `resources` of objects with a string uri and name, and leave members "
           "without a value out in place of null.",
    .faults = {"resources.name-missing"},
    .by_revision = true,
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resources_list_shape
