#include "conformance/ask/control.hpp"

namespace weir::conformance::jsonrpc_error_parse {
namespace {

constexpr const char* kExpected = "an HTTP error, or error -32700";

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  auto answer = post_raw(probe, *dialogue, R"({"jsonrpc": "2.0", "id": 1, "method": )");
  if (!answer) { return probe.broken(answer.error(), kExpected); }
  if (!answer->error() && !answer->http_error()) {
    return while_it_lives(probe, *dialogue, fail(kExpected, answer->describe()));
  }
  return beside_a_call(probe, pass(answer->describe()));
}

const Registration kCheck{{
    .id = "jsonrpc.error.parse",
    .title = "a body that is not JSON is refused",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.parse-error"},
    .source = "https://www.jsonrpc.org/specification#error_object",
    .consequence = "A message that was cut on its way must not look accepted: its sender would wait for ever.",
    .fix = "Parse the body before the POST is answered, and refuse what is no JSON by HTTP 400 with error -32700, "
           "never by 202 or a result.",
    .faults = {"jsonrpc.garbage-accepted"},
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_error_parse
