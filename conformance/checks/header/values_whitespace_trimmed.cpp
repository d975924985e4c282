#include "conformance/checks/stateless/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto target = named_request(probe);
  if (!target) {
    return untestable("no tool, prompt or resource can be named without an effect");
  }
  wire::Request& request = *target;
  request.headers.set("Mcp-Name", "  " + std::string(request.headers.get("Mcp-Name")) + "  ");
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
    .id = "header.values.whitespace-trimmed",
    .title = "white space around a header value is not part of it",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"headers.ows-trimmed"},
    .source =
        "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation",
    .consequence = "Proxies add and remove such white space as they please.",
    .faults = {"header.whitespace-kept"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
