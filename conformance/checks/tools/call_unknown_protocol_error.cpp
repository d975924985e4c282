#include "conformance/ask/control.hpp"
#include "conformance/ask/tools.hpp"

namespace weir::conformance::tools_call_unknown_protocol_error {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call("tools/call", {{"name", "weir-unknown-tool"}, {"arguments", json::object{}}});
  constexpr const char* kElsewhere = "neither a result nor an error came, which tools.call.unknown-refused says: ";
  if (!reply) { return untestable(kElsewhere + reply.error().detail); }
  if (auto asked = if_asked_first(*reply)) { return *asked; }
  if (!reply->error_message() && !reply->is_result()) { return untestable(kElsewhere + reply->describe()); }
  if (!reply->error_message() && !is_tool_error(*reply)) {
    return untestable("it is no error at all, which tools.call.unknown-refused says: " + reply->describe());
  }
  if (!reply->error_message()) { return fail("a JSON-RPC error", reply->describe()); }
  return beside_a_call(probe, pass(reply->describe()), "tools/list");
}

const Registration kCheck{{
    .id = "tools.call.unknown-protocol-error",
    .title = "an unknown tool is a protocol error, not a tool result",
    .level = Level::should,
    .eras = kAllEras,
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#error-handling",
    .consequence = "As a tool result it is handed to the model, which calls the same name again.",
    .fix = "Look the name up before the code that turns exceptions into isError results, and answer an unknown one by "
           "JSON-RPC error -32602.",
    .faults = {"tools.unknown-tool-as-result"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_unknown_protocol_error
