#include "conformance/ask/stateless.hpp"

namespace weir::conformance::header_name_base64_decoded {
namespace {

Finding run(Probe& probe) {
  auto request = named_request(probe);
  if (!request) { return untestable(kNothingToName); }
  request->headers.set("Mcp-Name", base64_form(request->headers.get("Mcp-Name")));
  return no_mismatch(probe, *request);
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
    .fix = "Where Mcp-Name has the form =?base64?...?=, decode what is between as Base64 of UTF-8 before it is "
           "compared with name or uri of the body.",
    .faults = {"header.base64-literal"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::header_name_base64_decoded
