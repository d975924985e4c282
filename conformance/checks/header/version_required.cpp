#include "conformance/ask/stateless.hpp"

namespace weir::conformance::header_version_required {
namespace {

Finding judge(Probe& probe) {
  wire::Request request = modern_request(probe, "server/discover");
  request.headers.remove("MCP-Protocol-Version");
  return refused_with(probe, request, 400);
}

Finding run(Probe& probe) { return unless_dual_era(probe, judge); }

const Registration kCheck{{
    .id = "header.version.required",
    .title = "a request without MCP-Protocol-Version is refused",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"headers.protocol-version.required-modern"},
    .source =
        "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation",
    .consequence = "A gateway routes and limits by the header, the server acts on the body: the two can be played "
                   "against each other.",
    .fix = "Answer 400 with error -32020 to a request without MCP-Protocol-Version, as long as the URL serves no older "
           "revisions, instead of taking it from _meta.",
    .faults = {"header.version-optional"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::header_version_required
