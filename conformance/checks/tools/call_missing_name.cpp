#include "conformance/ask/control.hpp"

namespace weir::conformance::tools_call_missing_name {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call("tools/call", {{"arguments", json::object{}}});
  if (!reply) { return probe.broken(reply.error(), "a JSON-RPC error"); }
  if (auto asked = if_asked_first(*reply)) { return *asked; }
  if (!error_code(*reply)) { return fail("a JSON-RPC error", reply->describe()); }
  return beside_a_call(probe, pass(reply->describe()), "tools/list");
}

const Registration kCheck{{
    .id = "tools.call.missing-name",
    .title = "a call without a name is a protocol error",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-11-25",
    .capability = "tools",
    .requirements = {"tools.call.malformed-request-protocol-error"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#error-handling",
    .consequence = "A faulty client is told that it succeeded.",
    .fix = "Check first that params.name of tools/call is a string, and answer a call without one by JSON-RPC error "
           "-32602, not by a result.",
    .faults = {"tools.missing-name-ok"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_missing_name
