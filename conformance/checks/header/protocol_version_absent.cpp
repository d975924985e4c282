#include "conformance/ask/control.hpp"
#include "conformance/ask/session.hpp"

namespace weir::conformance::header_protocol_version_absent {
namespace {

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  wire::Request request =
      dialogue->make_post(jsonrpc::request(json::value(dialogue->fresh_id("weir-header")), harmless_method(probe)));
  request.headers.remove("MCP-Protocol-Version");
  auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), "a result"); }
  if (!is_served(*answer)) { return fail("a result without the header, as for 2025-03-26", describe(*answer)); }
  if (!has_result(*answer)) { return untestable("no result came with the answer: " + describe(*answer)); }
  return pass(fmt::format("HTTP {}", answer->head.status));
}

const Registration kCheck{{
    .id = "header.protocol-version.absent-accepted",
    .title = "a request without MCP-Protocol-Version is served",
    .level = Level::should,
    .eras = kStreamable,
    .since = "2025-06-18",
    .requirements = {"headers.protocol-version.missing-default"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#protocol-version-header",
    .consequence = "Clients that do not send the header, or whose proxy drops it, are locked out.",
    .fix = "Where MCP-Protocol-Version is absent, go on with the version that the session agreed to, or with "
           "2025-03-26, instead of answering 400.",
    .faults = {"header.version-required"},
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::header_protocol_version_absent
