#include "conformance/ask/shapes.hpp"

namespace weir::conformance::tools_list_shape {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "tools.list.shape",
                      {.expected = "tools as the revision has them, each with a name and an inputSchema of type object",
                       .looked_at = "results of tools/list",
                       .nothing = "no list of tools came"});
}

const Registration kCheck{{
    .id = "tools.list.shape",
    .title = "tools/list gives tools with a name and an input schema of type object",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .requirements = {"tools.list.shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools",
    .consequence = "Hosts drop the whole list when one tool cannot be read.",
    .fix = "Answer with an array `tools`, give each a string name and an inputSchema of type: object (also without "
           "arguments), and leave members without a value out in place of null.",
    .faults = {"tools.input-schema-missing", "tools.list-not-array", "tools.description-null"},
    .by_revision = true,
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_list_shape
