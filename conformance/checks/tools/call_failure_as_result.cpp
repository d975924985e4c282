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

/// Those that are likely to fail: calls with made-up arguments, as they were made for whoever looks at calls, and one
/// with wrong ones. That a safe call of the profile fails is told by tools.call.served.
Finding run(Probe& probe) {
  const auto calls = safe_calls(probe);
  const auto replies = shared_replies(probe, calls);
  int failures = 0;
  const auto judge = [&](const ToolCall& call, const wire::mcp::Reply* known) -> std::optional<Finding> {
    if (known && !is_breakdown(*known)) {
      failures += is_tool_error(*known) ? 1 : 0;
      return std::nullopt;
    }
    const auto reply = probe.call("tools/call", {{"name", call.name}, {"arguments", call.arguments}});
    if (!reply) { return unanswered_call(call.name, reply.error()); }
    failures += is_tool_error(*reply) ? 1 : 0;
    if (!is_breakdown(*reply)) { return std::nullopt; }
    return fail(fmt::format("a result of {} with isError: true that says what went wrong", call.name),
                reply->describe())
        .at("server", "Catch what a tool throws, and give it back as content with isError: true.");
  };
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (!calls[i].guessed) { continue; }
    if (auto finding = judge(calls[i], replies ? &(*replies)[i] : nullptr)) { return *std::move(finding); }
  }
  if (const auto wrong = refusable_call(probe)) {
    if (auto finding = judge(*wrong, nullptr)) { return *std::move(finding); }
  }
  if (failures > 0) { return pass(fmt::format("{} failures came as results", failures)); }
  return untestable("no call that may be made fails inside of its tool");
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
    .fix = "Catch what the tool's function throws and return a text block with isError: true; keep JSON-RPC errors for "
           "unknown tools and malformed requests.",
    .faults = {"tools.failure-as-error"},
    .fixture = "profile",
    .green_may_be = "fails inside of its tool",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_failure_as_result
