#include <algorithm>

#include "conformance/ask/tools.hpp"

namespace weir::conformance::tools_call_text_fallback {
namespace {

/// A text block without a text.
bool is_broken(const json::value& block) {
  const json::value* text = wire::find(block, "text");
  return wire::string_or(block, "type", "") == "text" && (!text || !text->is_string());
}

Finding run(Probe& probe) {
  return judge_calls(probe, "no safe tool gave structured content",
                     [&](const ToolCall& call, const wire::mcp::Reply& reply, int& looked) -> std::optional<Finding> {
                       const json::value* structured = wire::find(reply.result(), "structuredContent");
                       if (!reply.is_result() || is_tool_error(reply) || !structured) { return std::nullopt; }
                       const json::array* blocks = wire::as_array(wire::find(reply.result(), "content"));
                       const bool odd = !structured->is_object() && !probe.is(Era::stateless);
                       if (odd || !blocks || std::any_of(blocks->begin(), blocks->end(), is_broken)) {
                         return std::nullopt;  // tools.call.result-shape and tools.call.content-valid say so.
                       }
                       ++looked;
                       const bool repeated = std::any_of(blocks->begin(), blocks->end(), [&](const json::value& block) {
                         auto text = wire::parse_json(wire::string_or(block, "text", ""));
                         return text && wire::json_equal(text->value, *structured);
                       });
                       if (!repeated) {
                         return fail("a text block with the JSON of structuredContent",
                                     fmt::format("none in the result of {}", call.name));
                       }
                       return std::nullopt;
                     });
}

const Registration kCheck{{
    .id = "tools.call.text-fallback",
    .title = "structured content stands in a text block as well",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .capability = "tools",
    .requirements = {"tools.structured.text-fallback"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#output-schema",
    .consequence = "Older clients show the text alone, and with it nothing of the result.",
    .fix =
        "Add a text block that holds structuredContent serialized as JSON to `content`, beside whatever else is there.",
    .faults = {"tools.text-fallback-missing"},
    .fixture = "profile",
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_text_fallback
