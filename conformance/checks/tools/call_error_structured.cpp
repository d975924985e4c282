#include "conformance/ask/tools.hpp"
#include "wire/schema/json_schema.hpp"

namespace weir::conformance::tools_call_error_structured {
namespace {

/// Calls that fail, of tools that may be called and promise structured content.
std::vector<ToolCall> failing_calls(const Probe& probe) {
  std::vector<ToolCall> calls;
  for (const auto& call : safe_calls(probe)) {
    for (const json::value& tool : probe.in_time(probe.survey().tools)) {
      if (wire::string_or(tool, "name", "") != call.name || !output_schema(probe.survey(), call.name)) { continue; }
      if (auto failing = refusable_call(tool)) { calls.push_back(std::move(*failing)); }
      break;
    }
  }
  return calls;
}

Finding run(Probe& probe) {
  int looked = 0;
  for (const auto& call : failing_calls(probe)) {
    const auto reply = probe.call("tools/call", {{"name", call.name}, {"arguments", call.arguments}});
    if (!reply) { return unanswered_call(call.name, reply.error()); }
    if (!is_tool_error(*reply)) { continue; }
    ++looked;
    const json::value* structured = wire::find(reply->result(), "structuredContent");
    const auto compiled = wire::JsonSchema::compile(*output_schema(probe.survey(), call.name));
    if (!structured || !structured->is_object() || !compiled) { continue; }
    const auto problems = compiled->validate(*structured);
    if (!problems || problems->empty()) { continue; }
    return fail("an error without structuredContent, or with one that fits the outputSchema of " + call.name,
                fmt::format("{} {}", problems->front().instance_pointer, problems->front().message))
        .at("server", "Leave structuredContent out of results with isError: its text says what went wrong.");
  }
  if (looked == 0) { return untestable("no tool that may be called and promises structured content gave an error"); }
  return pass(fmt::format("{} errors of tools", looked));
}

const Registration kCheck{{
    .id = "tools.call.error-structured",
    .title = "what an error of a tool carries as structured content fits the output schema too",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#output-schema",
    .consequence = "Clients that validate every result tell of a wrong schema, and nobody hears what went wrong.",
    .fix = "Leave structuredContent out of a result with isError: true, and say in a text block what went wrong.",
    .faults = {"tools.error-structured-misfit"},
    .fixture = "profile",
    .green_may_be = "gave an error",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_error_structured
