#include "conformance/ask/shapes.hpp"

namespace weir::conformance::prompts_list_shape {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "prompts.list.shape",
                      {.expected = "prompts as the revision has them, each and each of its arguments with a name",
                       .looked_at = "results of prompts/list",
                       .nothing = "no list of prompts came"});
}

const Registration kCheck{{
    .id = "prompts.list.shape",
    .title = "each prompt and each of its arguments has a name",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "prompts",
    .requirements = {"prompts.list.shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/prompts#listing-prompts",
    .consequence = "Typed clients drop the whole list.",
    .fix = "Give each prompt, and each entry of its array of arguments, a name that is a string, and leave "
           "optional members out instead of sending null.",
    .faults = {"prompts.argument-name-missing"},
    .by_revision = true,
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::prompts_list_shape
