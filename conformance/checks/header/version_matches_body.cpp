#include "conformance/ask/stateless.hpp"

namespace weir::conformance::header_version_matches_body {
namespace {

Finding run(Probe& probe) {
  wire::Request request = modern_request(probe, "server/discover");
  request.headers.set("MCP-Protocol-Version", std::string(wire::mcp::k2025_11_25));
  return refused_with(probe, request, 400);
}

const Registration kCheck{{
    .id = "header.version.matches-body",
    .title = "an MCP-Protocol-Version that differs from _meta is refused",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"headers.protocol-version.matches-meta"},
    .source =
        "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation",
    .consequence = "A gateway routes and limits by the header, the server acts on the body: the two can be played "
                   "against each other.",
    .fix = "Compare MCP-Protocol-Version with io.modelcontextprotocol/protocolVersion in _meta of the body, and answer "
           "400 with error -32020 where they differ.",
    .faults = {"header.mismatch-ignored"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::header_version_matches_body
