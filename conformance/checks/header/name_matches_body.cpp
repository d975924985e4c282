#include "conformance/ask/control.hpp"
#include "conformance/ask/stateless.hpp"

namespace weir::conformance::header_name_matches_body {
namespace {

Finding run(Probe& probe) {
  const auto whole = named_request(probe);
  if (!whole) { return untestable(kNothingToName); }
  wire::Request request = *whole;
  request.headers.set("Mcp-Name", "weir-another-name");
  return beside(probe, *whole, refused_with(probe, request, 400));
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
    .fix = "Compare Mcp-Name, decoded where it is Base64, with params.name or params.uri of the parsed body, and "
           "answer 400 with error -32020 where they differ.",
    .faults = {"header.mismatch-ignored"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::header_name_matches_body
