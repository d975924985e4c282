#include <algorithm>

#include "conformance/ask/tools.hpp"

namespace weir::conformance::cancellation_running_unanswered {
namespace {

constexpr const char* kId = "weir-stopped";
constexpr std::chrono::milliseconds kUnderWay{200};  ///< A call that is not answered by then is one to cancel.
constexpr std::chrono::milliseconds kListen{500};    ///< An answer to the cancellation itself comes soon after it.
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
  call.read_to_end(probe.in(kListen));
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
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return untestable(why_no_call(probe)); }
  std::string failing;
  for (const auto& call : calls) {
    auto dialogue = probe.dialogue();
    if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
    const auto body = call_body(probe, kId, "tools/call", {{"name", call.name}, {"arguments", call.arguments}});
    auto running = probe.http().begin(dialogue->make_post(body), probe.answer_deadline());
    if (!running || is_answered(probe, *dialogue, *running, kId, kUnderWay)) { continue; }
    // Its answer would come elsewhere, where nobody listens.
    if (!probe.is(Era::http_sse) && running->ended()) { continue; }
    const json::object params{{"requestId", kId}, {"reason", "weir stops a call"}};
    if (const auto told = dialogue->notify("notifications/cancelled", params); !told || told->http.head.status >= 400) {
      return untestable("the cancellation is not accepted: " + (told ? told->describe() : told.error().detail));
    }
    if (const auto error = error_after(probe, *dialogue, *running)) {
      if (const auto why = fails_by_itself(probe, call)) {
        failing = fmt::format("a call of {} fails, cancelled or not: {}", call.name, *why);
        continue;
      }
      return fail(fmt::format("no response to a call of {} that was cancelled", call.name), *error)
          .at("server", "End a call that is cancelled, and its stream, without a response.");
    }
    return pass(fmt::format("a call of {} was cancelled, and no error answered it", call.name));
  }
  if (!failing.empty()) { return untestable(failing); }
  return untestable("no call that may be made takes long enough to be cancelled");
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
