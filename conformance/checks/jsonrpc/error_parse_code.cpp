#include "conformance/ask/common.hpp"

namespace weir::conformance::jsonrpc_error_parse_code {
namespace {

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  auto answer = post_raw(probe, *dialogue, R"({"jsonrpc": "2.0", "id": 1, "method": )");
  if (!answer) { return probe.broken(answer.error(), "error -32700"); }
  const auto* error = answer->error();
  if (!error || error->error.code != jsonrpc::kParseError) {
    return fail("a JSON-RPC error with code -32700", answer->describe());
  }
  return pass("error -32700");
}

const Registration kCheck{{
    .id = "jsonrpc.error.parse-code",
    .title = "the answer to a body that is not JSON carries error -32700",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://www.jsonrpc.org/specification#error_object",
    .consequence = "A framework page instead of an error object hides from the client what was wrong, and often shows "
                   "a stack trace.",
    .faults = {"jsonrpc.parse-error-html"},
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_error_parse_code
