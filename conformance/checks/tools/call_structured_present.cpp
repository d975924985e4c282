#include "conformance/ask/tools.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::tools_call_structured_present {
namespace {

/// What the SDKs say in place of a result that they themselves find unfit for the output schema.
constexpr std::string_view kOwnValidation = "output validation error";

/// The text of a tool error by which the server refuses its own result; empty for any other reply.
std::string own_refusal(const wire::mcp::Reply& reply) {
  const std::string_view text = is_tool_error(reply) ? first_text(reply) : std::string_view();
  return wire::lower(text).find(kOwnValidation) == std::string::npos ? std::string() : wire::excerpt(text, 120);
}

Finding run(Probe& probe) {
  return judge_calls(probe, "no safe tool has an output schema",
                     [&](const ToolCall& call, const wire::mcp::Reply& reply, int& looked) -> std::optional<Finding> {
                       const json::value* schema = output_schema(probe.survey(), call.name);
                       const json::value* structured = wire::find(reply.result(), "structuredContent");
                       if (const std::string refusal = own_refusal(reply); schema && !refusal.empty()) {
                         return fail("structuredContent of " + call.name + " that fits its outputSchema", refusal);
                       }
                       if (!reply.is_result() || is_tool_error(reply) || !schema) { return std::nullopt; }
                       if (is_shapeless(reply) && !structured) { return std::nullopt; }
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
    .fix = "Return structuredContent that fits the outputSchema on every path of the tool, or take outputSchema off a "
           "tool that returns text alone.",
    .faults = {"tools.structured-missing", "tools.structured-refused"},
    .fixture = "profile",
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_structured_present
