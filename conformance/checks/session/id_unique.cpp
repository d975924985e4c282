#include <set>

#include "conformance/ask/session.hpp"

namespace weir::conformance::session_id_unique {
namespace {

Finding run(Probe& probe) {
  std::vector<std::string> ids;
  constexpr std::size_t kSessions = 3;
  for (std::size_t i = 0; i < kSessions; ++i) {
    auto dialogue = probe.dialogue([](auto& options) { options.send_initialized = false; });
    if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
    if (!dialogue->session_id()) { return not_applicable("the server issues no sessions"); }
    ids.push_back(*dialogue->session_id());
    if (i + 1 == kSessions && (std::set(ids.begin(), ids.end()).size() != kSessions || is_sequence(ids))) {
      if (auto optional = unless_required(probe, *dialogue)) { return *optional; }
    }
  }
  if (const auto different = std::set(ids.begin(), ids.end()).size(); different != kSessions) {
    return fail(fmt::format("{} different ids", kSessions), fmt::format("{}", different));
  }
  if (is_sequence(ids)) {
    return fail("ids that do not follow from one another", wire::excerpt(fmt::format("{}", fmt::join(ids, ", ")), 100))
        .at("server", "Take session ids from a secure source of random numbers, a UUID of version 4 for instance.");
  }
  return pass(fmt::format("{} sessions, {} ids", kSessions, kSessions));
}

const Registration kCheck{{
    .id = "session.id.unique",
    .title = "every initialize gives another session id, which does not follow from the last",
    .level = Level::must,
    .eras = kStreamable,
    .since = "2025-06-18",
    .requirements = {"transport.sessions.id-nondeterministic"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "Two users share one session, and each other's results.",
    .fix = "Make a new transport at each initialize and draw its id from a secure random source (a UUID of version 4), "
           "in place of a constant, a counter or a clock.",
    .faults = {"session.id-constant", "session.id-counter"},
    .run = run,
}};
const NotByCommand kNoCommand{"session.id.unique", "it takes the ids of several sessions, side by side"};

}  // namespace
}  // namespace weir::conformance::session_id_unique
