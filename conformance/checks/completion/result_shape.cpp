#include "conformance/ask/shapes.hpp"

namespace weir::conformance::completion_result_shape {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "completion.result.shape",
                      {.expected = "completion.values that are strings",
                       .looked_at = "results of completion/complete",
                       .nothing = "nothing was completed"});
}

const Registration kCheck{{
    .id = "completion.result.shape",
    .title = "completion gives an array of strings",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .capability = "completions",
    .requirements = {"completion.result-shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/completion",
    .consequence = "Clients show nothing, or fail, when the values are of another kind.",
    .fix = "Return completion as an object whose values is an array of strings, never of objects or null, total, if "
           "any, a whole number and hasMore a boolean.",
    .faults = {"completion.values-as-objects"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::completion_result_shape
