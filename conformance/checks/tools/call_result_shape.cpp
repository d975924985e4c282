#include "conformance/ask/shapes.hpp"

namespace weir::conformance::tools_call_result_shape {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "tools.call.result-shape",
                      {.expected = "a result as tools/call gives one in this revision",
                       .looked_at = "results of tools/call",
                       .nothing = "no call gave a result"});
}

const Registration kCheck{{
    .id = "tools.call.result-shape",
    .title = "a tool call gives a result with a content array, and members of their types",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .requirements = {"tools.call.result-shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool-result",
    .consequence = "Clients of the SDKs refuse the whole result where a member lacks or is of another type.",
    .fix =
        "Return `content` as an array even where it is empty, isError as a boolean and structuredContent as an object "
        "(an array within a member of it); leave out members without a value.",
    .faults = {"tools.content-missing", "tools.is-error-as-string"},
    .fixture = "profile",
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_result_shape
