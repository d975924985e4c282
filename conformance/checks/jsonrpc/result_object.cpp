#include "conformance/ask/shapes.hpp"

namespace weir::conformance::jsonrpc_result_object {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "jsonrpc.result.object",
                      {.expected = "results that are objects",
                       .looked_at = "results",
                       .nothing = "no request was answered by a result"});
}

const Registration kCheck{{
    .id = "jsonrpc.result.object",
    .title = "the result of a request is an object",
    .level = Level::must,
    .eras = kSessionEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic",
    .consequence = "Every MCP result is an object; typed clients fail to read anything else.",
    .fix = "Return an object from every handler: `{}` where there is nothing to say, and a list or string inside "
           "the member that the schema names.",
    .faults = {"jsonrpc.result-null"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_result_object
