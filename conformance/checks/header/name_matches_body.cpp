#include "conformance/checks/stateless/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto target = named_request(probe);
  if (!target) {
    return untestable("no tool, prompt or resource can be named without an effect");
  }
  wire::Request& request = *target;
  request.headers.set("Mcp-Name", "weir-another-name");
  auto answer = probe.send(request);
  if (!answer) {
    return probe.broken(answer.error(), "HTTP 400");
  }
  if (answer->head.status != 400) {
    return fail("HTTP 400", describe_error(*answer));
  }
  return pass("HTTP 400");
}

const Registration kCheck{{
    .id = "header.name.matches-body",
    .title = "an Mcp-Name that differs from the body is refused",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"headers.mcp-name.matches-body"},
    .source =
        "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation",
    .consequence = "A gateway routes and limits by the header, the server acts on the body: the two can be played "
                   "against each other.",
    .faults = {"header.mismatch-ignored"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
