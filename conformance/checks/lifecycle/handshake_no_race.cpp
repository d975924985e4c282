#include "conformance/ask/ready.hpp"

namespace weir::conformance::lifecycle_handshake_no_race {
namespace {

constexpr int kTimes = 4;

Finding run(Probe& probe) {
  if (probe.is(Era::streamable) && !probe.survey().sessions) {
    return not_applicable("without sessions there is nothing to be early for");
  }
  for (int i = 1; i <= kTimes; ++i) {
    auto dialogue = probe.dialogue();  // It returns as soon as `initialized` was answered.
    if (!dialogue) { return probe.broken(dialogue.error(), fmt::format("handshake {} of {}", i, kTimes)); }
    const auto reply = dialogue->request("tools/list");
    const std::string expected = "the tools right after the handshake";
    if (!reply) { return probe.broken(reply.error(), expected); }
    if (auto bad = unless_result(*reply, expected)) {
      if (!is_served_later(probe, *dialogue, "tools/list")) {
        return untestable("refused right after the handshake, and not always served later: " + bad->got);
      }
      bad->got += fmt::format(" in handshake {} of {}, and a moment later in the same session it is served", i, kTimes);
      return std::move(*bad).at("server",
                                "Take the session for initialized before the notification is answered, or "
                                "let requests that come sooner wait.");
    }
  }
  return pass(fmt::format("{} of {}", kTimes, kTimes));
}

const Registration kCheck{{
    .id = "lifecycle.handshake.no-race",
    .title = "a request right after the handshake is answered, every time",
    .level = Level::must,
    .eras = kSessionEras,
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#initialization",
    .consequence = "Fast clients are told that initialization is not complete, and show a server without tools.",
    .fix = "Mark the session as initialized before notifications/initialized is answered, or let requests that "
           "come earlier wait for it.",
    .faults = {"lifecycle.initialized-late"},
    .turn = Turn::first,
    .explains = {Trouble::refused_session},
    .run = run,
}};
const NotByCommand kNoCommand{"lifecycle.handshake.no-race", "it is a matter of how fast one request follows another"};

}  // namespace
}  // namespace weir::conformance::lifecycle_handshake_no_race
