#include "conformance/ask/shapes.hpp"

namespace weir::conformance::jsonrpc_error_shape {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "jsonrpc.error.shape",
                      {.expected = "an integer code and a message",
                       .looked_at = "errors",
                       .nothing = "no request was answered by an error"});
}

const Registration kCheck{{
    .id = "jsonrpc.error.shape",
    .title = "an error has an integer code and a message",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.error-shape", "jsonrpc.error-code-integer"},
    .source = "https://www.jsonrpc.org/specification#error_object",
    .consequence = "Clients decide by the code whether to retry, re-initialize or give up.",
    .fix = "Send errors as objects with an integer as code and a string as message, mapping exceptions and names "
           "of errors to JSON-RPC codes, and put the rest into data.",
    .faults = {"jsonrpc.error-code-string", "jsonrpc.error-without-message"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_error_shape
