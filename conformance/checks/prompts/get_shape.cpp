#include "conformance/ask/shapes.hpp"

namespace weir::conformance::prompts_get_shape {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "prompts.get.shape",
                      {.expected = "messages with a role and one valid content block",
                       .looked_at = "results of prompts/get",
                       .nothing = "no prompt was got"});
}

const Registration kCheck{{
    .id = "prompts.get.shape",
    .title = "a prompt gives messages with a role and valid content",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "prompts",
    .requirements = {"prompts.get.shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/prompts#getting-a-prompt",
    .consequence = "Clients cannot hand the prompt to a model.",
    .fix = "Return messages with the role user or assistant and one content block, an object of a type that the "
           "revision has: no bare string, no array, no role system.",
    .faults = {"prompts.role-unknown", "prompts.content-unknown-type"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::prompts_get_shape
