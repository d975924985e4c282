#include "conformance/ask/control.hpp"
#include "conformance/ask/stateless.hpp"

namespace weir::conformance::header_name_required {
namespace {

Finding run(Probe& probe) {
  const auto whole = named_request(probe);
  if (!whole) { return untestable(kNothingToName); }
  wire::Request request = *whole;
  request.headers.remove("Mcp-Name");
  return beside(probe, *whole, refused_with(probe, request, 400));
}

const Registration kCheck{{
    .id = "header.name.required",
    .title = "a request that names something is refused without Mcp-Name",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"headers.mcp-name.required"},
    .source =
        "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation",
    .consequence = "A gateway routes and limits by the header, the server acts on the body: the two can be played "
                   "against each other.",
    .fix = "Answer 400 with error -32020 to a tools/call, prompts/get or resources/read without Mcp-Name, before the "
           "request is handled.",
    .faults = {"header.mismatch-ignored"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::header_name_required
