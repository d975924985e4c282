#include "conformance/ask/tools.hpp"

namespace weir::conformance::tools_call_structured_present {
namespace {

Finding run(Probe& probe) {
  return judge_calls(probe, "no safe tool has an output schema",
                     [&](const ToolCall& call, const wire::mcp::Reply& reply, int& looked) -> std::optional<Finding> {
                       const json::value* schema = output_schema(probe.survey(), call.name);
                       const json::value* structured = wire::find(reply.result(), "structuredContent");
                       if (!reply.is_result() || is_tool_error(reply) || !schema) { return std::nullopt; }
                       ++looked;
                       if (!structured) {
                         return fail("structuredContent, as " + call.name + " has an outputSchema",
                                     wire::excerpt(reply.result(), 100));
                       }
                       return std::nullopt;
                     });
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
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_structured_present
