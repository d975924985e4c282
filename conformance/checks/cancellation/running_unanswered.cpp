#include <algorithm>

#include "conformance/checks/cancellation/common.hpp"

namespace weir::conformance::cancellation_running_unanswered {
namespace {

constexpr const char* kId = "weir-stopped";
constexpr std::chrono::milliseconds kListen{500};  ///< An answer to the cancellation itself comes soon after it.
constexpr std::chrono::milliseconds kUncancelled{10'000};

/// The error that answers the call; a result may have been on its way, or come from a call that cannot be stopped.
std::optional<std::string> error_in(const jsonrpc::Message& message) {
  const bool answers = message.kind == jsonrpc::Kind::error && message.answers(json::value(kId));
  return answers ? std::optional(wire::excerpt(message.raw, 120)) : std::nullopt;
}

std::optional<std::string> error_after(Probe& probe, wire::mcp::Dialogue& dialogue, wire::HttpStream& call) {
  if (probe.is(Era::http_sse)) {
    for (const auto& seen : dialogue.drain(probe.in(kListen))) {
      if (auto error = error_in(seen.message)) { return error; }
    }
    return std::nullopt;
  }
  read_through_polls(probe, dialogue, call, probe.in(kListen));
  for (const auto& text : message_texts(call.exchange())) {
    const auto parsed = jsonrpc::parse(text);
    for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
      if (auto error = error_in(message)) { return error; }
    }
  }
  return std::nullopt;
}

/// How the same call ends where nobody cancels it: an error that comes anyway is none of the cancellation.
std::optional<std::string> fails_by_itself(Probe& probe, const ToolCall& call) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return dialogue.error().detail; }
  const auto reply = dialogue->request("tools/call", {{"name", call.name}, {"arguments", call.arguments}},
                                       {.timeout = probe.in(kUncancelled).left()});
  if (!reply) { return reply.error().detail; }
  return reply->is_result() && !is_tool_error(*reply) ? std::nullopt : std::optional(reply->describe());
}

Finding run(Probe& probe) {
  std::string failing;
  auto finding =
      judge_under_way(probe, kId, [&](const auto& call, auto& dialogue, auto& running) -> std::optional<Finding> {
        // Its answer would come elsewhere, where nobody listens.
        if (!probe.is(Era::http_sse) && running.ended()) { return std::nullopt; }
        if (auto refused = unless_cancelled(dialogue, kId)) { return refused; }
        const auto error = error_after(probe, dialogue, running);
        if (!error) { return pass(fmt::format("a call of {} was cancelled, and no error answered it", call.name)); }
        if (const auto why = fails_by_itself(probe, call)) {
          failing = fmt::format("a call of {} fails, cancelled or not: {}", call.name, *why);
          return std::nullopt;
        }
        return fail(fmt::format("no response to a call of {} that was cancelled", call.name), *error)
            .at("server", "End a call that is cancelled, and its stream, without a response.");
      });
  return finding.verdict == reports::Verdict::untestable && !failing.empty() ? untestable(failing) : finding;
}

const Registration kCheck{{
    .id = "cancellation.running.unanswered",
    .title = "a call that is cancelled is not answered by an error",
    .level = Level::should,
    .eras = kSessionEras,
    .capability = "tools",
    .requirements = {"cancellation.stop-and-stay-silent"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/cancellation",
    .consequence = "Clients that have forgotten the call meet an answer to nothing, and some end the session for it.",
    .fix = "Drop the response of a call that is cancelled and end its stream without one: catch the abort before an "
           "error is written, or update an SDK that writes it.",
    .faults = {"cancellation.answered"},
    .fixture = "slow-tool",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"cancellation.running.unanswered", "the cancellation comes while the call is under way"};

}  // namespace
}  // namespace weir::conformance::cancellation_running_unanswered
