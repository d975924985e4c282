#include "conformance/ask/control.hpp"

namespace weir::conformance::jsonrpc_error_invalid_request {
namespace {

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  std::string seen;
  for (const char* body : {"{}", "42", R"({"jsonrpc": "2.0", "id": 77})"}) {
    auto answer = post_raw(probe, *dialogue, body);
    const std::string expected = fmt::format("HTTP 4xx or error -32600 for {}", body);
    if (!answer) { return probe.broken(answer.error(), expected); }
    if (!answer->error() && !refused(answer->http)) {
      return while_it_lives(probe, *dialogue, fail(expected, answer->describe()));
    }
    seen = answer->describe();
  }
  return beside_a_call(probe, pass(seen));
}

const Registration kCheck{{
    .id = "jsonrpc.error.invalid-request",
    .title = "JSON that is no request is refused",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.invalid-request"},
    .source = "https://www.jsonrpc.org/specification#error_object",
    .consequence = "A server that swallows it leaves a faulty client waiting without a word.",
    .faults = {"jsonrpc.invalid-request-accepted"},
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_error_invalid_request
