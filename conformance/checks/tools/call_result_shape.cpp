#include "conformance/ask/tools.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  return judge_calls(probe, "no safe tool was called",
                     [&](const ToolCall& call, const wire::mcp::Reply& reply, int& looked) -> std::optional<Finding> {
                       if (auto bad = unless_result(reply, "a result of " + call.name)) { return bad; }
                       ++looked;
                       if (!wire::as_array(wire::find(reply.result(), "content"))) {
                         return fail("a content array",
                                     fmt::format("{} of {}", wire::excerpt(reply.result(), 100), call.name));
                       }
                       return std::nullopt;
                     });
}

const Registration kCheck{{
    .id = "tools.call.result-shape",
    .title = "a tool call gives a result with a content array",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .requirements = {"tools.call.result-shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool-result",
    .consequence = "Clients of the SDKs refuse a result without content.",
    .faults = {"tools.content-missing", "tools.safe-call-refused"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
