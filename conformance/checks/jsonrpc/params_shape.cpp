#include "conformance/ask/shapes.hpp"

namespace weir::conformance::jsonrpc_params_shape {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "jsonrpc.params.shape",
                      {.expected = "the params that the method has in this revision",
                       .looked_at = "requests and notifications",
                       .nothing = "the server sent no request or notification of its own",
                       .is_optional = true});
}

const Registration kCheck{{
    .id = "jsonrpc.params.shape",
    .title = "requests and notifications of the server have the params of their method",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/schema",
    .consequence = "Typed clients drop them, and never learn what has changed.",
    .fix = "Fill in the params that the schema of the negotiated revision asks for, in the types that it names, "
           "and leave optional members out instead of sending null.",
    .faults = {"jsonrpc.own-params-incomplete"},
    .fixture = "profile",
    .green_may_be = "no request or notification of its own",
    .passive = true,
    .run = run,
}};
const NotByCommand kNoCommand{"jsonrpc.params.shape",
                              "a server asks only clients that have declared that they can be asked"};

}  // namespace
}  // namespace weir::conformance::jsonrpc_params_shape
