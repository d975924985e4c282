#include "conformance/checks/deploy/common.hpp"

namespace weir::conformance::deploy_session_answered {
namespace {

using Fate = WatchedCall::Fate;

/// What a hop answers while it has no server is no word about the session.
bool is_of_a_hop(const WatchedCall& call) {
  return call.fate == Fate::http_error && (call.hop != "server" || (call.status >= 502 && call.status <= 504));
}

Finding run(Probe& probe) {
  const auto seen = watched(probe);
  if (!seen) { return seen.error(); }
  std::size_t served = 0, over = 0, wrong = 0;
  const WatchedCall* first = nullptr;
  for (const auto& call : seen->era.calls) {
    if (call.of != WatchedCall::Of::old_session || call.end_ms < 0 || is_of_a_hop(call)) { continue; }
    served += call.fate == Fate::answered || call.fate == Fate::refused;
    over += call.fate == Fate::session_over;
    if (call.fate == Fate::http_error || call.fate == Fate::silent) {
      ++wrong;
      first = first ? first : &call;
    }
  }
  if (first) {
    const bool sse = probe.is(Era::http_sse);
    return fail(sse ? "an answer, or 4xx, for a conversation of before the deploy"
                    : "an answer, or 404, in a session of before the deploy",
                fmt::format("{} ({}, first {} after the deploy began)", first->text,
                            wrong == 1 ? "once" : fmt::format("{} times", wrong),
                            seconds_text(std::max<std::int64_t>(first->begin_ms, 0))))
        .at("server", sse ? "Answer a POST for a session that this process does not have by 404 at once."
                          : "Answer 404 for every session that the new version cannot go on with.");
  }
  if (served + over == 0) {
    return untestable("no old session got an answer of the server after the deploy had begun");
  }
  return pass(over > 0 ? "old sessions go on, and are then refused so that clients begin anew" : "old sessions go on");
}

const Registration kCheck{{
    .id = "deploy.session.answered",
    .title = "sessions of before the deploy go on, or are answered 404",
    .level = Level::must,
    .eras = kSessionEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "Clients begin anew only at a 404: after any other answer they stay dead until they are restarted.",
    .fix = "Answer 404 at once for every session that this process does not know, and restore sessions from a store "
           "whole, as initialized, or not at all.",
    .faults = {"deploy.old-session-500", "deploy.old-session-hangs"},
    .fixture = "deploy",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"deploy.session.answered", "it is seen while a deploy is under way"};

}  // namespace
}  // namespace weir::conformance::deploy_session_answered
