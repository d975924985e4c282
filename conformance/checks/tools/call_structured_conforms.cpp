#include "conformance/ask/tools.hpp"
#include "wire/schema/json_schema.hpp"

namespace weir::conformance::tools_call_structured_conforms {
namespace {

Finding run(Probe& probe) {
  return judge_calls(probe, "no safe tool gave structured content",
                     [&](const ToolCall& call, const wire::mcp::Reply& reply, int& looked) -> std::optional<Finding> {
                       const json::value* schema = output_schema(probe.survey(), call.name);
                       const json::value* structured = wire::find(reply.result(), "structuredContent");
                       if (!reply.is_result() || is_tool_error(reply) || !schema || !structured) {
                         return std::nullopt;
                       }
                       if (!structured->is_object() && !probe.is(Era::stateless)) {
                         return std::nullopt;  // tools.call.result-shape says so.
                       }
                       auto compiled = wire::JsonSchema::compile(*schema);
                       if (!compiled) {
                         return std::nullopt;  // tools.output-schema.valid says so.
                       }
                       ++looked;
                       auto problems = compiled->validate(*structured);
                       if (problems && !problems->empty()) {
                         return fail(
                             "structuredContent that fits the outputSchema of " + call.name,
                             fmt::format("{} {}", problems->front().instance_pointer, problems->front().message));
                       }
                       return std::nullopt;
                     });
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
    .fix = "Validate structuredContent against outputSchema before it is sent, and correct the one that is wrong: "
           "names, numbers sent as strings, null for what may only be absent.",
    .faults = {"tools.structured-wrong-kind"},
    .fixture = "profile",
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_structured_conforms
