#include "conformance/ask/stateless.hpp"

namespace weir::conformance::header_values_whitespace_trimmed {
namespace {

Finding run(Probe& probe) {
  auto request = named_request(probe);
  if (!request) { return untestable(kNothingToName); }
  request->headers.set("Mcp-Name", "  " + std::string(request->headers.get("Mcp-Name")) + "  ");
  return no_mismatch(probe, *request);
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
    .fix = "Trim blanks and tabs at both ends of Mcp-Name, as of every header value, before it is decoded or compared "
           "with the body.",
    .faults = {"header.whitespace-kept"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::header_values_whitespace_trimmed
