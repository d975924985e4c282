#include "conformance/ask/stateless.hpp"

namespace weir::conformance::header_method_required {
namespace {

Finding run(Probe& probe) {
  wire::Request request = modern_request(probe, "server/discover");
  request.headers.remove("Mcp-Method");
  return refused_with(probe, request, 400);
}

const Registration kCheck{{
    .id = "header.method.required",
    .title = "a request without Mcp-Method is refused",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"headers.mcp-method.required"},
    .source =
        "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation",
    .consequence = "A gateway routes and limits by the header, the server acts on the body: the two can be played "
                   "against each other.",
    .fix = "Answer 400 with error -32020 to a request without Mcp-Method before it is handled, instead of going on "
           "with the method of the body.",
    .faults = {"header.mismatch-ignored"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::header_method_required
