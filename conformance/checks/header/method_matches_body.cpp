#include "conformance/ask/stateless.hpp"

namespace weir::conformance::header_method_matches_body {
namespace {

Finding run(Probe& probe) {
  wire::Request request = modern_request(probe, "server/discover");
  request.headers.set("Mcp-Method", "tools/list");
  return refused_with(probe, request, 400);
}

const Registration kCheck{{
    .id = "header.method.matches-body",
    .title = "an Mcp-Method that differs from the body is refused",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"headers.mcp-method.matches-body"},
    .source =
        "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation",
    .consequence = "A gateway routes and limits by the header, the server acts on the body: the two can be played "
                   "against each other.",
    .fix = "Compare Mcp-Method with the method of the parsed body before the request is handled, and answer 400 with "
           "error -32020 where they differ.",
    .faults = {"header.mismatch-ignored"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::header_method_matches_body
