#include <set>

#include "conformance/ask/session.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  std::set<std::string> ids;
  constexpr std::size_t kSessions = 3;
  for (std::size_t i = 0; i < kSessions; ++i) {
    auto dialogue = probe.dialogue([](auto& options) { options.send_initialized = false; });
    if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
    if (!dialogue->session_id()) { return not_applicable("the server issues no sessions"); }
    if (!ids.insert(dialogue->session_id().value_or("")).second) {
      if (auto optional = unless_required(probe, *dialogue)) { return *optional; }
    }
    dialogue->delete_session();
  }
  if (ids.size() != kSessions) {
    return fail(fmt::format("{} different ids", kSessions), fmt::format("{}", ids.size()));
  }
  return pass(fmt::format("{} sessions, {} ids", kSessions, kSessions));
}

const Registration kCheck{{
    .id = "session.id.unique",
    .title = "every initialize gives another session id",
    .level = Level::must,
    .eras = kStreamable,
    .since = "2025-06-18",
    .requirements = {"transport.sessions.id-nondeterministic"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "Two users share one session, and each other's results.",
    .faults = {"session.id-constant"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
