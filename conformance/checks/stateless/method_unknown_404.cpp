#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_method_unknown_404 {
namespace {

Finding run(Probe& probe) {
  return refused_with(probe, modern_request(probe, kUnknownMethod), 404, jsonrpc::kMethodNotFound);
}

const Registration kCheck{{
    .id = "stateless.method.unknown-404",
    .title = "an unknown method is answered 404 with -32601",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.method-not-found-404"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http",
    .consequence = "Gateways count a 200 as success; clients learn by the code that a feature is missing.",
    .fix = "Send an unknown method to error -32601 before the catch-all that makes -32603, and set HTTP status 404 "
           "where that error is written.",
    .faults = {"stateless.errors-with-200", "jsonrpc.unknown-method-internal"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_method_unknown_404
