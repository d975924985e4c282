#include "conformance/ask/common.hpp"

namespace weir::conformance::session_delete_own_alone {
namespace {

constexpr int kTries = 3;

/// Why a request in this conversation is not served; nullopt where it is, if need be when asked again: a lost replica
/// or a busy moment is no end of a session.
std::optional<std::string> why_not(Probe& probe, wire::mcp::Dialogue& dialogue) {
  std::string why;
  for (int i = 0; i < kTries && !probe.out_of_time(); ++i) {
    const auto reply = dialogue.request(harmless_method(probe), nullptr, {.timeout = probe.answer_deadline().left()});
    if (reply && reply->is_result()) { return std::nullopt; }
    why = reply ? reply->describe() : reply.error().detail;
  }
  return why;
}

Finding run(Probe& probe) {
  auto first = probe.dialogue();
  if (!first) { return untestable("no conversation: " + first.error().detail); }
  if (!first->session_id()) { return not_applicable("the server issues no sessions"); }
  auto second = probe.dialogue();
  if (!second) { return untestable("no second conversation: " + second.error().detail); }
  if (auto why = why_not(probe, *first)) {
    return untestable("the first client is not served beside a second: " + *why);
  }
  const auto ended = second->delete_session();
  if (!ended || !ended->ok()) {
    return not_applicable("no session can be ended: " + (ended ? describe(*ended) : ended.error().detail));
  }
  const auto why = why_not(probe, *first);
  if (!why) { return pass("a session goes on when another one is ended"); }
  if (probe.out_of_time()) { return untestable("the run ended before"); }
  const bool same = first->session_id() == second->session_id();
  return fail("a session that goes on when another client ends its own",
              fmt::format("the end of one session ends another{}: {}", same ? ", which has the same id" : "", *why))
      .at("server", "Give each client a session of its own, and let DELETE end that of its Mcp-Session-Id alone.");
}

const Registration kCheck{{
    .id = "session.delete.own-alone",
    .title = "a client that ends its session ends no other",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "Whoever leaves throws everybody else out.",
    .fix = "Issue a new id with each initialize, and let DELETE close the transport stored under its Mcp-Session-Id "
           "alone, not the server object that sessions share.",
    .faults = {"session.delete-ends-all"},
    .turn = Turn::first,
    .explains = {Trouble::refused_session},
    .run = run,
}};
const NotByCommand kNoCommand{"session.delete.own-alone", "it takes two sessions, of which one is ended"};

}  // namespace
}  // namespace weir::conformance::session_delete_own_alone
