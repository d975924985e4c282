#include "conformance/checks/stateless/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  wire::Request request = modern_request(probe, kUnknownMethod);
  auto answer = probe.send(request);
  if (!answer) {
    return probe.broken(answer.error(), "HTTP 404 with error -32601");
  }
  const auto error = body_error(*answer);
  if (answer->head.status != 404 || !error || error->error.code != jsonrpc::kMethodNotFound) {
    return fail("HTTP 404 with error -32601", describe_error(*answer));
  }
  return pass("HTTP 404, -32601");
}

const Registration kCheck{{
    .id = "stateless.method.unknown-404",
    .title = "an unknown method is answered 404 with -32601",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.method-not-found-404"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http",
    .consequence = "Gateways count a 200 as success; clients learn by the code that a feature is missing.",
    .faults = {"stateless.errors-with-200", "jsonrpc.unknown-method-internal"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
