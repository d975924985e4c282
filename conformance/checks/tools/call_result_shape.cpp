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
    if (auto bad = unless_result(*reply, "a result of " + call.name)) {
      return *bad;
    }
    if (wire::string_or(reply->result(), "resultType", "complete") != "complete") {
      continue;
    }
    if (!wire::as_array(wire::find(reply->result(), "content"))) {
      return fail("a content array", fmt::format("{} of {}", wire::excerpt(reply->result(), 100), call.name));
    }
    ++judged;
  }
  return judged == 0 ? untestable("every call asked for input first") : pass(fmt::format("{} calls", judged));
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
