#include "conformance/ask/tools.hpp"
#include "conformance/checks/cancellation/common.hpp"

namespace weir::conformance::cancellation_running_spares_session {
namespace {

constexpr const char* kId = "weir-cancelled";
constexpr std::chrono::milliseconds kUnderWay{200};  ///< A call that is not answered by then is one to cancel.

Finding cancel_and_go_on(Probe& probe, wire::mcp::Dialogue& dialogue, const std::string& tool) {
  const std::string expected = fmt::format("a session that goes on after a call of {} was cancelled", tool);
  auto told = dialogue.notify("notifications/cancelled", {{"requestId", kId}, {"reason", "weir tries to cancel"}});
  if (!told) { return probe.broken(told.error(), expected); }
  auto after = dialogue.request(harmless_method(probe), nullptr, {.timeout = probe.answer_deadline().left()});
  if (!after) { return probe.broken(after.error(), expected); }
  if (!after->is_result()) {
    return fail(expected, after->describe()).at("server", "Let a cancellation end its call, and nothing else.");
  }
  return pass(fmt::format("a call of {} was cancelled, and {} answered after it", tool, harmless_method(probe)));
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
    return cancel_and_go_on(probe, *dialogue, call.name);
  }
  return untestable("no call that may be made takes long enough to be cancelled");
}

const Registration kCheck{{
    .id = "cancellation.running.spares-session",
    .title = "a call that is cancelled does not take its session with it",
    .level = Level::must,
    .eras = kSessionEras,
    .capability = "tools",
    .requirements = {"cancellation.race-tolerated"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/cancellation",
    .consequence = "A user who stops one call loses the whole session, and is told nothing.",
    .fix = "Let notifications/cancelled cancel the task of that one call, and catch the cancellation inside it, so "
           "that neither the transport nor the session ends with it.",
    .faults = {"cancellation.late-kills"},
    .fixture = "slow-tool",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"cancellation.running.spares-session",
                              "the cancellation comes while the call is under way"};

}  // namespace
}  // namespace weir::conformance::cancellation_running_spares_session
