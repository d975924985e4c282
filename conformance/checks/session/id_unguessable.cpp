#include <algorithm>

#include "conformance/ask/session.hpp"

namespace weir::conformance::session_id_unguessable {
namespace {

Finding run(Probe& probe) {
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    auto dialogue = probe.dialogue([](auto& options) { options.send_initialized = false; });
    if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
    if (!dialogue->session_id()) { return not_applicable("the server issues no sessions"); }
    if (i == 0) {
      if (auto optional = unless_required(probe, *dialogue)) { return *optional; }
    }
    ids.push_back(dialogue->session_id().value_or(""));
  }
  const std::size_t common = std::min(common_prefix(ids[0], ids[1]), common_prefix(ids[1], ids[2]));
  const std::size_t varying = ids[0].size() - std::min(common, ids[0].size());
  // 128 bits in the densest alphabet that fits a header are 22 characters; half of that is the least that is not
  // guessed.
  constexpr std::size_t kLeast = 11;
  if (varying < kLeast) {
    return fail(fmt::format("at least {} characters that vary", kLeast),
                fmt::format("{} of {}: the ids begin alike", varying, ids[0].size()));
  }
  return pass(fmt::format("{} of {} characters vary", varying, ids[0].size()));
}

const Registration kCheck{{
    .id = "session.id.unguessable",
    .title = "session ids cannot be guessed",
    .level = Level::should,
    .eras = kStreamable,
    .requirements = {"transport.sessions.id-unique-and-secure"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "Whoever guesses the next id takes over the session.",
    .fix = "Take session ids from a secure random source, a UUID of version 4 for instance, in place of a counter or a "
           "clock behind a fixed prefix.",
    .faults = {"session.id-counter"},
    .run = run,
}};
const NotByCommand kNoCommand{"session.id.unguessable", "it takes the ids of several sessions, side by side"};

}  // namespace
}  // namespace weir::conformance::session_id_unguessable
