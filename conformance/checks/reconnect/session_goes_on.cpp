#include "conformance/ask/held_stream.hpp"

namespace weir::conformance::reconnect_session_goes_on {
namespace {

Finding run(Probe& probe) {
  auto held = HeldStream::open(probe);
  if (!held) { return held.error(); }
  for (const Loss loss : kLosses) {
    held->lose(loss);
    const std::string expected = fmt::format("a result, or 404, after our {}", to_string(loss));
    auto reply = held->dialogue().request(harmless_method(probe));
    if (!reply) { return probe.broken(reply.error(), expected); }
    if (reply->http.head.status == 404) {
      return pass(fmt::format("HTTP 404 after {}: clients begin anew", to_string(loss)));
    }
    if (!reply->is_result()) {
      return fail(expected, reply->describe())
          .at("server", "Keep the session when its GET stream is lost, or answer 404 once it is gone.");
    }
    if (const auto again = held->reopen(probe); !again.good) {
      return untestable("the stream could not be opened again: " + again.text);
    }
  }
  // A server notices a lost stream when it next writes to it.
  constexpr std::chrono::milliseconds kNoticed{1500};
  held->lose(Loss::fin);
  probe.pause(kNoticed);
  const std::string later = "a result, or 404, a while after the stream was lost";
  auto reply = held->dialogue().request(harmless_method(probe));
  if (!reply) { return probe.broken(reply.error(), later); }
  if (!reply->is_result() && reply->http.head.status != 404) {
    return fail(later, reply->describe())
        .at("server", "Keep the session when its GET stream is lost, or answer 404 once it is gone.");
  }
  return pass("answered after FIN, RST and half-close, and a while later");
}

const Registration kCheck{{
    .id = "reconnect.session.goes-on",
    .title = "a conversation goes on after its stream was lost",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence =
        "One drop of the network ends every conversation, and clients that get no 404 never begin a new one.",
    .fix = "Drop only the stream in the close handler of a GET stream, not the session; where the session has ended "
           "after all, answer 404 to what still names it.",
    .faults = {"reconnect.session-lost", "reconnect.session-lost-later"},
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"reconnect.session.goes-on", "it takes a stream that was lost"};

}  // namespace
}  // namespace weir::conformance::reconnect_session_goes_on
