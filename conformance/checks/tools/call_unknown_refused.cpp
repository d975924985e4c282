#include "conformance/ask/control.hpp"

namespace weir::conformance::tools_call_unknown_refused {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call("tools/call", {{"name", "weir-unknown-tool"}, {"arguments", json::object{}}});
  if (!reply) { return probe.broken(reply.error(), "an error"); }
  if (auto asked = if_asked_first(*reply)) { return *asked; }
  const json::value* is_error = wire::find(reply->result(), "isError");
  if (error_code(*reply) || (reply->is_result() && is_error && is_error->is_bool() && is_error->get_bool())) {
    return beside_a_call(probe, pass(reply->describe()), "tools/list");
  }
  return fail("an error", reply->describe());
}

const Registration kCheck{{
    .id = "tools.call.unknown-refused",
    .title = "a call of a tool that does not exist is an error",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .requirements = {"tools.call.unknown-tool"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#error-handling",
    .consequence = "A model that mistypes a name takes the answer for a result.",
    .fix = "Answer a tools/call of a name that is not registered by JSON-RPC error -32602, in place of a default "
           "branch that returns an empty or ordinary result.",
    .faults = {"tools.unknown-tool-ok"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_unknown_refused
