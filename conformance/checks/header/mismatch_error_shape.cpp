#include "conformance/ask/stateless.hpp"

namespace weir::conformance::header_mismatch_error_shape {
namespace {

Finding run(Probe& probe) {
  wire::Request request = modern_request(probe, "server/discover");
  request.headers.set("Mcp-Method", "tools/list");
  const auto answer = probe.send(request);
  if (answer && answer->ok()) {
    return untestable("a mismatch is served, which header.method.matches-body judges: " + describe_error(*answer));
  }
  return refused_with(probe, request, 400, jsonrpc::kHeaderMismatch);
}

const Registration kCheck{{
    .id = "header.mismatch.error-shape",
    .title = "a header mismatch is 400 with error -32020",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"headers.mismatch-error-shape"},
    .source =
        "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation",
    .consequence = "Clients that see this code rebuild their headers; by another one they give up.",
    .fix = "Return HTTP 400 with a JSON-RPC error of code -32020 from the header check, not 200, a bare 400 or another "
           "code, and let no gateway replace its body.",
    .faults = {"header.mismatch-code-wrong"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::header_mismatch_error_shape
