#include "conformance/checks/stateless/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  wire::Request request = probe.request("GET", probe.url());
  request.headers.set("Accept", "text/event-stream");
  request.headers.set("MCP-Protocol-Version", std::string(wire::mcp::k2026_07_28));
  auto answer = probe.send(request, probe.in(std::chrono::milliseconds(1500)));
  if (!answer) {
    return probe.broken(answer.error(), "HTTP 405");
  }
  if (answer->head.status != 405) {
    if (probe.target().survey(Era::streamable)) {
      return not_applicable("the URL serves sessions of older revisions as well");
    }
    return fail("HTTP 405", describe(*answer));
  }
  return pass("HTTP 405");
}

const Registration kCheck{{
    .id = "stateless.get.refused",
    .title = "GET is answered 405",
    .level = Level::should,
    .eras = kStateless,
    .requirements = {"transport.streamable.get-delete-405"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/"
              "streamable-http#earlier-streamable-http-revisions",
    .consequence = "Older clients take another answer for a stream or a session, and wait.",
    .faults = {"stateless.get-200"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
