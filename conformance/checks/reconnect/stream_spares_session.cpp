#include "conformance/ask/held_stream.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::reconnect_stream_spares_session {
namespace {

constexpr std::chrono::milliseconds kNoticed{250};  ///< A server that reads meets the end of its peer by then.
constexpr int kTries = 3;

/// How a conversation stands: one request of several that is served tells of a session that is there, as behind
/// replicas that share none.
struct Standing {
  bool served = false;
  bool not_found = false;  ///< Each answer was 404.
  std::string text;
};

Standing ask(Probe& probe, wire::mcp::Dialogue& dialogue) {
  Standing standing{.not_found = true};
  for (int i = 0; i < kTries && !probe.out_of_time(); ++i) {
    const auto reply = dialogue.request(harmless_method(probe), nullptr, {.timeout = probe.answer_deadline().left()});
    if (!reply) { return {.text = reply.error().detail}; }
    if (reply->is_result()) { return {.served = true}; }
    standing.not_found = standing.not_found && reply->http.head.status == kNotFound;
    standing.text = reply->describe();
  }
  return standing;
}

/// nullopt where the session is served after this loss of its stream.
std::optional<Finding> unless_spared(Probe& probe, HeldStream& held, wire::mcp::Dialogue& control, Loss loss) {
  held.lose(loss);
  probe.pause(kNoticed);
  const Standing after = ask(probe, held.dialogue());
  if (after.served) { return std::nullopt; }
  if (probe.out_of_time()) { return untestable("the run ended before the answer came"); }
  if (!after.not_found) {
    return untestable("no 404 but another refusal, of which reconnect.session.goes-on tells: " + after.text);
  }
  const Standing beside = ask(probe, control);
  if (!beside.served) { return untestable("a session that has lost nothing is not served either: " + beside.text); }
  return fail(fmt::format("a session that is served after our {} on its GET stream", to_string(loss)),
              fmt::format("{}, and an older session beside it goes on", after.text))
      .at("server", "Drop only the stream in the close handler of a GET stream, and keep the session.");
}

Finding run(Probe& probe) {
  auto control = probe.dialogue();
  if (!control) { return probe.broken(control.error(), "a conversation"); }
  if (!control->session_id()) { return not_applicable("the server issues no sessions"); }
  if (const auto before = ask(probe, *control); !before.served) {
    return untestable("a request in a session is not served: " + before.text);
  }
  auto held = HeldStream::open(probe);
  if (!held) { return held.error(); }
  if (const auto before = ask(probe, held->dialogue()); !before.served) {
    return untestable("a request beside the stream is not served: " + before.text);
  }
  if (auto finding = unless_spared(probe, *held, *control, Loss::fin)) { return *std::move(finding); }
  return pass("the session is served after our FIN on its stream");
}

const Registration kCheck{{
    .id = "reconnect.stream.spares-session",
    .title = "a session outlives its GET stream",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/"
              "transports#listening-for-messages-from-the-server",
    .consequence = "Each drop of the network costs clients their session, with its running calls and subscriptions.",
    .fix = "Let the close handler of a GET stream remove that stream alone: a session ends by DELETE, or when nothing "
           "was asked in it for long.",
    .faults = {"reconnect.session-ends-with-stream"},
    .run = run,
}};
const NotByCommand kNoCommand{"reconnect.stream.spares-session", "it takes a stream that was lost"};

}  // namespace
}  // namespace weir::conformance::reconnect_stream_spares_session
