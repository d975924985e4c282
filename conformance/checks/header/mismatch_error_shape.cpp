#include "conformance/checks/stateless/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  wire::Request request = modern_request(probe, "server/discover");
  request.headers.set("Mcp-Method", "tools/list");
  auto answer = probe.send(request);
  if (!answer) {
    return probe.broken(answer.error(), "HTTP 400 with error -32020");
  }
  const auto error = body_error(*answer);
  if (answer->head.status != 400 || !error || error->error.code != jsonrpc::kHeaderMismatch) {
    return fail("HTTP 400 with error -32020", describe_error(*answer));
  }
  return pass("HTTP 400, -32020");
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
    .faults = {"header.mismatch-code-wrong"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
