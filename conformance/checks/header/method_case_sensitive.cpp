#include "conformance/ask/stateless.hpp"

namespace weir::conformance::header_method_case_sensitive {
namespace {

Finding run(Probe& probe) {
  wire::Request request = modern_request(probe, "server/discover");
  request.headers.set("Mcp-Method", "tools/list");
  const auto other = probe.send(request);
  if (other && other->ok()) {
    return untestable("nothing is compared, which header.method.matches-body judges: " + describe_error(*other));
  }
  request.headers.set("Mcp-Method", "SERVER/DISCOVER");
  return refused_with(probe, request, 400);
}

const Registration kCheck{{
    .id = "header.method.case-sensitive",
    .title = "an Mcp-Method in capitals is refused",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"headers.values-case-sensitive"},
    .source =
        "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation",
    .consequence = "A gateway routes and limits by the header, the server acts on the body: the two can be played "
                   "against each other.",
    .fix = "Compare Mcp-Method with the method of the parsed body byte by byte, with no change of case, and answer 400 "
           "with error -32020 where they differ.",
    .faults = {"header.method-any-case"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::header_method_case_sensitive
