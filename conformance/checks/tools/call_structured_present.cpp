#include "conformance/checks/tools/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  const auto calls = safe_calls(probe);
  if (calls.empty()) {
    return untestable(kNoSafeTool);
  }
  int judged = 0;
  for (const auto& call : calls) {
    auto reply = probe.call("tools/call", {{"name", call.name}, {"arguments", call.arguments}});
    if (!reply) {
      return probe.broken(reply.error(), "a result of " + call.name);
    }
    const json::value* schema = output_schema(probe.survey(), call.name);
    const json::value* structured = wire::find(reply->result(), "structuredContent");
    if (!reply->is_result() || is_tool_error(*reply) || !schema) {
      continue;
    }
    if (!structured) {
      return fail("structuredContent, as " + call.name + " has an outputSchema", wire::excerpt(reply->result(), 100));
    }
    ++judged;
  }
  return judged == 0 ? untestable("no safe tool has an output schema") : pass(fmt::format("{} calls", judged));
}

const Registration kCheck{{
    .id = "tools.call.structured-present",
    .title = "a tool with an output schema gives structured content",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .capability = "tools",
    .requirements = {"tools.structured.conforms-to-output-schema"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#output-schema",
    .consequence = "Clients that rely on the schema find nothing; the SDKs raise an error.",
    .faults = {"tools.structured-missing"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
