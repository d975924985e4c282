#include "conformance/checks/cancellation/common.hpp"

namespace weir::conformance::cancellation_running_spares_session {
namespace {

constexpr const char* kId = "weir-cancelled";

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
  return judge_under_way(probe, kId, [&](const auto& call, auto& dialogue, auto&) {
    return std::optional(cancel_and_go_on(probe, dialogue, call.name));
  });
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
