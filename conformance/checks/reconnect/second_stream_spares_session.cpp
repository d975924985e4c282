#include "conformance/ask/common.hpp"

namespace weir::conformance::reconnect_second_stream_spares_session {
namespace {

/// Why a request in this conversation is not served, also when asked again; nullopt where it is.
std::optional<std::string> why_not(Probe& probe, wire::mcp::Dialogue& dialogue) {
  constexpr int kTries = 3;
  std::string why;
  for (int i = 0; i < kTries && !probe.out_of_time(); ++i) {
    const auto reply = dialogue.request(harmless_method(probe), nullptr, {.timeout = probe.answer_deadline().left()});
    if (reply && reply->is_result()) { return std::nullopt; }
    why = reply ? reply->describe() : reply.error().detail;
    if (!reply) { break; }
  }
  return why;
}

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  auto first = dialogue->open_get_stream();
  if (!first || !first->exchange().ok() || !first->exchange().is_event_stream()) {
    return not_applicable("the server offers no stream of its own");
  }
  if (auto why = why_not(probe, *dialogue)) { return untestable("a request beside one stream is not served: " + *why); }
  const auto second = dialogue->open_get_stream();
  const std::string got = second ? fmt::format("HTTP {}", second->exchange().head.status) : second.error().detail;
  const auto why = why_not(probe, *dialogue);
  if (!why) { return pass(fmt::format("a second stream gets {}, and the session goes on", got)); }
  if (probe.out_of_time()) { return untestable("the run ended before the answer came"); }
  return fail("a session that goes on after a second stream was asked for",
              fmt::format("the second stream gets {}, and the session is gone: {}", got, *why))
      .at("server", "Serve a second stream, or refuse it, and leave session and calls alone.");
}

const Registration kCheck{{
    .id = "reconnect.second-stream.spares-session",
    .title = "a second stream does not take the session with it",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#multiple-connections",
    .consequence =
        "A client that opens its stream again, the old one being lost unnoticed, loses all its running calls.",
    .fix = "Serve a second GET stream of a session or refuse it with 409, in a handler that closes neither the "
           "session's transport nor its running calls.",
    .faults = {"reconnect.second-stream-kills"},
    .turn = Turn::first,
    .explains = {Trouble::loss},
    .run = run,
}};
const NotByCommand kNoCommand{"reconnect.second-stream.spares-session", "it takes two streams of one session"};

}  // namespace
}  // namespace weir::conformance::reconnect_second_stream_spares_session
