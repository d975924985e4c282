#include "conformance/ask/shapes.hpp"

namespace weir::conformance::tools_annotations_shape {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "tools.annotations.shape",
                      {.expected = "annotations with a title that is a string and boolean hints",
                       .looked_at = "annotations",
                       .nothing = "no listed tool is annotated",
                       .is_optional = true});
}

const Registration kCheck{{
    .id = "tools.annotations.shape",
    .title = "annotations are an object with boolean hints",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-03-26",
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool",
    .consequence = "Typed clients refuse the tool list; others take \"false\" for true and skip the confirmation.",
    .fix = "Write annotations as an object with hints that are true or false, not strings, and a string title, and "
           "leave members without a value out in place of null.",
    .faults = {"tools.hint-as-string"},
    .green_may_be = "no listed tool is annotated",
    .by_revision = true,
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_annotations_shape
