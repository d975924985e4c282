#include "conformance/ask/tools.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  return judge_calls(probe, "no call gave content",
                     [&](const ToolCall& call, const wire::mcp::Reply& reply, int& looked) -> std::optional<Finding> {
                       const json::array* blocks = wire::as_array(wire::find(reply.result(), "content"));
                       for (const json::value& block : blocks ? *blocks : json::array{}) {
                         if (auto problem = content_problem(block)) {
                           return fail("a valid content block", fmt::format("{} of {}", *problem, call.name));
                         }
                       }
                       looked += blocks && !blocks->empty() ? 1 : 0;
                       return std::nullopt;
                     });
}

const Registration kCheck{{
    .id = "tools.call.content-valid",
    .title = "content blocks have the members of their type",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .requirements = {"tools.call.result-shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool-result",
    .consequence = "A block that clients cannot read is lost, or fails the whole result.",
    .faults = {"tools.content-unknown-type", "tools.content-text-missing"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
