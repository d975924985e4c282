#include "conformance/ask/session.hpp"

namespace weir::conformance::session_fresh_connection_works {
namespace {

Finding run(Probe& probe) {
  if (!probe.survey().sessions) { return not_applicable("the server issues no sessions"); }

  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  constexpr int kConnections = 6;
  for (int i = 0; i < kConnections; ++i) {
    auto reply = dialogue->request(harmless_method(probe));
    const std::string expected = fmt::format("an answer on connection {} of {}", i + 1, kConnections);
    if (!reply) { return probe.broken(reply.error(), expected); }
    if (auto bad = unless_result(*reply, expected)) { return *bad; }
  }
  return pass(fmt::format("{} connections", kConnections));
}

const Registration kCheck{{
    .id = "session.fresh-connection.works",
    .title = "a session works on every new connection",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "Behind a balancer half of the calls meet a replica that does not know the session.",
    .fix = "Keep sessions in a store that all replicas share, run one replica, or issue no session ids; do not bind a "
           "session to the connection it was opened on.",
    .faults = {"session.every-second-lost"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::session_fresh_connection_works
