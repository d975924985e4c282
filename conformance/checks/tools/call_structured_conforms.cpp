#include "conformance/checks/tools/common.hpp"
#include "wire/json_schema.hpp"

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
    if (!reply->is_result() || is_tool_error(*reply) || !schema || !structured) {
      continue;
    }
    auto compiled = wire::JsonSchema::compile(*schema);
    if (!compiled) {
      continue;  // tools.output-schema.valid says so.
    }
    auto problems = compiled->validate(*structured);
    if (problems && !problems->empty()) {
      return fail("structuredContent that fits the outputSchema of " + call.name,
                  fmt::format("{} {}", problems->front().instance_pointer, problems->front().message));
    }
    ++judged;
  }
  return judged == 0 ? untestable("no safe tool gave structured content") : pass(fmt::format("{} calls", judged));
}

const Registration kCheck{{
    .id = "tools.call.structured-conforms",
    .title = "structured content fits the output schema",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .capability = "tools",
    .requirements = {"tools.structured.conforms-to-output-schema"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#output-schema",
    .consequence = "Typed clients fail on the result of a call that worked.",
    .faults = {"tools.structured-wrong-kind"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
