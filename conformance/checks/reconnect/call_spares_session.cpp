#include "conformance/ask/tools.hpp"

namespace weir::conformance::reconnect_call_spares_session {
namespace {

constexpr const char* kId = "weir-dropped";
constexpr std::chrono::milliseconds kUnderWay{200};
constexpr std::chrono::milliseconds kNoticed{300};  ///< A server that reads meets the end by then.

std::optional<Finding> asked_after(Probe& probe, wire::mcp::Dialogue& dialogue, const std::string& expected) {
  probe.pause(kNoticed);
  const auto reply = dialogue.request(harmless_method(probe), nullptr, {.timeout = probe.answer_deadline().left()});
  if (!reply) { return probe.broken(reply.error(), expected); }
  return reply->is_result() ? std::nullopt : std::optional(fail(expected, reply->describe()));
}

Finding run(Probe& probe) {
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return untestable(why_no_call(probe)); }
  for (const auto& call : calls) {
    auto dialogue = probe.dialogue();
    if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
    auto witness = probe.dialogue();
    if (!witness) { return probe.broken(witness.error(), "a conversation"); }
    if (!dialogue->session_id()) { return not_applicable("the server issues no sessions"); }
    const auto body = call_body(probe, kId, "tools/call", {{"name", call.name}, {"arguments", call.arguments}});
    auto running = probe.http().begin(dialogue->make_post(body), probe.answer_deadline());
    if (!running || is_answered(probe, *dialogue, *running, kId, kUnderWay)) { continue; }
    auto beside = probe.http().begin(witness->make_post(body), probe.answer_deadline());
    running->reset();
    const std::string expected =
        fmt::format("a session that goes on when the connection of a call of {} is lost", call.name);
    if (auto finding = asked_after(probe, *dialogue, expected)) { return *finding; }
    // Some servers write for the first time when the call is done.
    if (beside) { (void)is_answered(probe, *witness, *beside, kId, probe.answer_deadline().left()); }
    if (auto finding = asked_after(probe, *dialogue, expected)) { return *finding; }
    return pass(fmt::format("the connection of a call of {} was closed, and the session goes on", call.name));
  }
  return untestable("no call that may be made takes long enough to be left");
}

const Registration kCheck{{
    .id = "reconnect.call.spares-session",
    .title = "a connection that is lost during a call does not take the session with it",
    .level = Level::should,
    .eras = kStreamable,
    .capability = "tools",
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/basic/transports#sending-messages-to-the-server",
    .consequence = "One cut by a proxy, and the client has lost its session and everything in it.",
    .fix = "When the connection of a call closes, give up that stream alone and catch errors of writing to it; leave "
           "transport, session and the running call as they are.",
    .faults = {"reconnect.lost-call-kills-session"},
    .fixture = "slow-tool",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"reconnect.call.spares-session", "the connection is lost while the call is under way"};

}  // namespace
}  // namespace weir::conformance::reconnect_call_spares_session
