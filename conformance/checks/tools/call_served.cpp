#include "conformance/ask/tools.hpp"

namespace weir::conformance::tools_call_served {
namespace {

Finding run(Probe& probe) {
  return judge_calls(
      probe, "no safe tool was called",
      [&](const ToolCall& call, const wire::mcp::Reply& reply, int& looked) -> std::optional<Finding> {
        if (auto bad = unless_result(reply, "a result of " + call.name)) { return bad; }
        ++looked;
        return std::nullopt;
      },
      true);
}

const Registration kCheck{{
    .id = "tools.call.served",
    .title = "a call of a safe tool gives a result",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool-result",
    .consequence = "What is listed cannot be used.",
    .faults = {"tools.safe-call-refused"},
    .fixture = "profile",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_served
