#include "conformance/ask/tools.hpp"

namespace weir::conformance::tools_call_failure_as_result {
namespace {

/// What a server gives that has caught an exception: -32603, or the -32000 that is nobody's in particular. All other
/// codes say what is the matter.
bool is_breakdown(const wire::mcp::Reply& reply) {
  constexpr std::int64_t kServerError = -32000;
  const auto code = error_code(reply);
  return code && (*code == jsonrpc::kInternalError || *code == kServerError);
}

/// The calls that may be made and are likely to fail: those with made-up arguments, and one with wrong ones. That a
/// safe call of the profile fails is told by tools.call.served.
std::vector<ToolCall> doubtful_calls(const Probe& probe) {
  auto calls = safe_calls(probe);
  std::erase_if(calls, [](const ToolCall& call) { return !call.guessed; });
  if (auto wrong = refusable_call(probe)) { calls.push_back(*std::move(wrong)); }
  return calls;
}

Finding run(Probe& probe) {
  int failures = 0;
  const auto calls = doubtful_calls(probe);
  for (const auto& call : calls) {
    const auto reply = probe.call("tools/call", {{"name", call.name}, {"arguments", call.arguments}});
    if (!reply) { return unanswered_call(call.name, reply.error()); }
    failures += is_tool_error(*reply) ? 1 : 0;
    if (!is_breakdown(*reply)) { continue; }
    return fail(fmt::format("a result of {} with isError: true that says what went wrong", call.name),
                reply->describe())
        .at("server", "Catch what a tool throws, and give it back as content with isError: true.");
  }
  if (failures > 0) { return pass(fmt::format("{} failures came as results", failures)); }
  return calls.empty() ? untestable("no call that may be made is likely to fail")
                       : untestable("no call that may be made fails inside of its tool");
}

const Registration kCheck{{
    .id = "tools.call.failure-as-result",
    .title = "what goes wrong inside of a tool is told in its result",
    .level = Level::should,
    .eras = kAllEras,
    .capability = "tools",
    .requirements = {"tools.call.execution-errors-in-result"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#error-handling",
    .consequence = "Clients keep a protocol error to themselves: the model is not told what to do better.",
    .faults = {"tools.failure-as-error"},
    .fixture = "profile",
    .green_may_be = "fails inside of its tool",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_failure_as_result
