#include "conformance/checks/stateless/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto target = named_request(probe);
  if (!target) {
    return untestable("no tool, prompt or resource can be named without an effect");
  }
  wire::Request& request = *target;
  request.headers.set("Mcp-Name", base64_form(request.headers.get("Mcp-Name")));
  auto answer = probe.send(request);
  if (!answer) {
    return probe.broken(answer.error(), "a result");
  }
  const auto error = body_error(*answer);
  if (error && error->error.code == jsonrpc::kHeaderMismatch) {
    return fail("no header mismatch", describe_error(*answer));
  }
  if (!answer->ok()) {
    return untestable("refused for another reason: " + describe_error(*answer));
  }
  return pass("served");
}

const Registration kCheck{{
    .id = "header.name.base64-decoded",
    .title = "an Mcp-Name in Base64 is decoded before it is compared",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"headers.mcp-name.base64-decoded"},
    .source =
        "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation",
    .consequence = "Names beyond ASCII cannot be called at all.",
    .faults = {"header.base64-literal"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
