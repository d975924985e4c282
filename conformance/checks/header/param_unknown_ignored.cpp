#include "conformance/ask/stateless.hpp"

namespace weir::conformance::header_param_unknown_ignored {
namespace {

Finding run(Probe& probe) {
  wire::Request request = modern_request(probe, "server/discover");
  request.headers.set("Mcp-Param-Weir-Unknown", "1");
  return served(probe, request);
}

const Registration kCheck{{
    .id = "header.param.unknown-ignored",
    .title = "an Mcp-Param header that no tool declares is ignored",
    .level = Level::should,
    .eras = kStateless,
    .requirements = {"headers.mcp-param.unknown-ignored"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/"
              "streamable-http#custom-headers-from-tool-parameters",
    .consequence = "Gateways add such headers, and clients with a newer tool list send them.",
    .fix = "Check only those Mcp-Param headers that the called tool declares by x-mcp-header, and let all others pass, "
           "at the server and at each gateway.",
    .faults = {"header.unknown-param-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::header_param_unknown_ignored
