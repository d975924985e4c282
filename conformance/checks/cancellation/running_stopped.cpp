#include <algorithm>

#include "conformance/checks/cancellation/common.hpp"

namespace weir::conformance::cancellation_running_stopped {
namespace {

constexpr const char* kId = "weir-to-be-stopped";
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
  if (!probe.survey().sessions) {
    return not_applicable("without sessions nothing tells whose call of that id a cancellation means");
  }
  return judge_under_way(probe, kId, [&](const auto& call, auto& dialogue, auto& running) -> std::optional<Finding> {
    if (auto refused = unless_cancelled(dialogue, kId)) { return refused; }
    const auto cancelled = wire::Clock::now();
    read_through_polls(probe, dialogue, running, probe.in(kPatience));
    const auto after = std::chrono::duration_cast<std::chrono::milliseconds>(wire::Clock::now() - cancelled);
    const bool has_result = brings_result(running.exchange());
    if (has_result && after < kOnItsWay) { return std::nullopt; }
    if (has_result) {
      return fail(fmt::format("a call of {} that ends when it is cancelled", call.name),
                  fmt::format("it ran on, and its result came {} ms after the cancellation", after.count()))
          .at("server", "Hand notifications/cancelled on to the tool that runs, where it can be stopped.");
    }
    if (!running.ended()) {
      return untestable(fmt::format(
          "neither a result nor the end of its stream came in the {} ms after it was cancelled", after.count()));
    }
    return pass(fmt::format("a call of {} was cancelled, and ended {} ms later", call.name, after.count()));
  });
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
