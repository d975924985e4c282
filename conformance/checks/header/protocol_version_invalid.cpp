#include "conformance/ask/control.hpp"

namespace weir::conformance::header_protocol_version_invalid {
namespace {

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  wire::Request request =
      dialogue->make_post(jsonrpc::request(json::value(dialogue->fresh_id("weir-version")), harmless_method(probe)));
  request.headers.set("MCP-Protocol-Version", "1999-01-01");
  auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), "HTTP 400"); }
  if (answer->head.status != 400) { return fail("HTTP 400 for 'MCP-Protocol-Version: 1999-01-01'", describe(*answer)); }
  return beside_a_call(probe, pass("HTTP 400"));
}

const Registration kCheck{{
    .id = "header.protocol-version.invalid",
    .title = "an MCP-Protocol-Version that does not exist is answered 400",
    .level = Level::must,
    .eras = kStreamable,
    .since = "2025-06-18",
    .requirements = {"headers.protocol-version.invalid-400"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#protocol-version-header",
    .consequence = "A client of another revision is answered in words it does not know, or by a status that tells it "
                   "something else.",
    .fix = "Compare MCP-Protocol-Version with the list of supported revisions at every request after initialize, and "
           "answer 400 where it is not among them.",
    .faults = {"header.version-ignored"},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::header_protocol_version_invalid
