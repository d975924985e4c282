#include <algorithm>

#include "conformance/ask/tools.hpp"

namespace weir::conformance::cancellation_running_stopped {
namespace {

constexpr const char* kId = "weir-to-be-stopped";
constexpr std::chrono::milliseconds kUnderWay{200};   ///< A call that is not answered by then is one to cancel.
constexpr std::chrono::milliseconds kOnItsWay{250};   ///< A result that comes so soon was made before.
constexpr std::chrono::milliseconds kPatience{3500};  ///< For the result of a call that runs on.

bool brings_result(const wire::Exchange& call) {
  const auto texts = message_texts(call);
  return std::any_of(texts.begin(), texts.end(), [](const auto& text) {
    const auto parsed = jsonrpc::parse(text);
    return parsed && !parsed->messages.empty() && parsed->messages.front().kind == jsonrpc::Kind::response &&
           parsed->messages.front().answers(json::value(kId));
  });
}

Finding run(Probe& probe) {
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return untestable(why_no_call(probe)); }
  for (const auto& call : calls) {
    auto dialogue = probe.dialogue();
    if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
    const auto body = call_body(probe, kId, "tools/call", {{"name", call.name}, {"arguments", call.arguments}});
    auto running = probe.http().begin(dialogue->make_post(body), probe.answer_deadline());
    if (!running || is_answered(probe, *dialogue, *running, kId, kUnderWay)) { continue; }
    const json::object params{{"requestId", kId}, {"reason", "weir stops a call"}};
    if (const auto told = dialogue->notify("notifications/cancelled", params); !told || told->http.head.status >= 400) {
      return untestable("the cancellation is not accepted: " + (told ? told->describe() : told.error().detail));
    }
    const auto cancelled = wire::Clock::now();
    running->read_to_end(probe.in(kPatience));
    const auto after = std::chrono::duration_cast<std::chrono::milliseconds>(wire::Clock::now() - cancelled);
    const bool has_result = brings_result(running->exchange());
    if (has_result && after < kOnItsWay) { continue; }
    if (has_result) {
      return fail(fmt::format("a call of {} that ends when it is cancelled", call.name),
                  fmt::format("it ran on, and its result came {} ms after the cancellation", after.count()))
          .at("server", "Hand notifications/cancelled on to the tool that runs, where it can be stopped.");
    }
    if (!running->ended()) {
      return untestable(fmt::format("neither a result nor the end of its stream came {} ms after", after.count()));
    }
    return pass(fmt::format("a call of {} was cancelled, and ended {} ms later", call.name, after.count()));
  }
  return untestable("no call that may be made takes long enough to be cancelled");
}

const Registration kCheck{{
    .id = "cancellation.running.stopped",
    .title = "a call that is cancelled is stopped",
    .level = Level::may,
    .eras = kStreamable,
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/cancellation"
              "#behavior-requirements",
    .consequence = "What users stop goes on: it costs what it would have cost, and holds what it works with.",
    .fix = "Keep the running calls of a session by request id, hand notifications/cancelled on to the one it names "
           "(AbortSignal, CancellationToken, context), and send no result then.",
    .faults = {"cancellation.without-effect"},
    .fixture = "slow-tool",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"cancellation.running.stopped", "the cancellation comes while the call is under way"};

}  // namespace
}  // namespace weir::conformance::cancellation_running_stopped
