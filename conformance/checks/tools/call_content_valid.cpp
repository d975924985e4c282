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
    const json::array* blocks = wire::as_array(wire::find(reply->result(), "content"));
    for (const json::value& block : blocks ? *blocks : json::array{}) {
      if (auto problem = content_problem(block)) {
        return fail("a valid content block", fmt::format("{} of {}", *problem, call.name));
      }
    }
    judged += blocks ? 1 : 0;
  }
  return judged == 0 ? untestable("no call gave content") : pass(fmt::format("{} calls", judged));
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
