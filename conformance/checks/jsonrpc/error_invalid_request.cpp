#include "conformance/ask/control.hpp"

namespace weir::conformance::jsonrpc_error_invalid_request {
namespace {

/// JSON-RPC calls it invalid, and MCP lets responses be taken without a word: a server may read it as one without its
/// result. That such a thing is swallowed is worth a word, and no more.
constexpr std::string_view kBare = R"({"jsonrpc": "2.0", "id": 77})";

Finding swallowed(std::string_view body, Finding finding) {
  if (body == kBare && finding.verdict == reports::Verdict::fail) { finding.verdict = reports::Verdict::warn; }
  return finding;
}

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  std::string seen;
  for (const std::string_view body : {std::string_view("{}"), std::string_view("42"), kBare}) {
    auto answer = post_raw(probe, *dialogue, std::string(body));
    const std::string expected = fmt::format("HTTP 4xx or error -32600 for {}", body);
    // That a refusal is no failure of the server is jsonrpc.error.not-5xx's matter.
    if (!answer) { return probe.broken(answer.error(), expected); }
    if (!answer->error() && !answer->http_error()) {
      return swallowed(body, while_it_lives(probe, *dialogue, fail(expected, answer->describe())));
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
    .fix = "Check that a body is an object with a method, a result or an error before it is accepted, and answer "
           "any other by HTTP 400 with error -32600.",
    .faults = {"jsonrpc.invalid-request-accepted"},
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_error_invalid_request
