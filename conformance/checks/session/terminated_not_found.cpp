#include "conformance/ask/session.hpp"

namespace weir::conformance::session_terminated_not_found {
namespace {

constexpr int kTimes = 6;

/// Whether an id means anything to a server that serves an ended one as well as requests without any: it says the id
/// back, or refuses one that it never issued.
bool looks_at_ids(Probe& probe, const wire::mcp::Dialogue& dialogue, const wire::Exchange& served) {
  if (served.head.headers.get("Mcp-Session-Id") == *dialogue.session_id()) { return true; }
  const auto asked = probe.last_request();
  const auto answer = ask_as(probe, dialogue, "weir-no-such-session");
  if (asked) { probe.pin_request(*asked); }
  return answer && !is_served(*answer);
}

Finding run(Probe& probe) {
  if (!probe.survey().sessions) { return not_applicable("the server issues no sessions"); }

  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  auto ended = dialogue->delete_session();
  if (!ended) { return untestable("DELETE got no answer: " + ended.error().detail); }
  if (!ended->ok()) { return untestable("DELETE was refused: " + describe(*ended)); }
  auto answer = ask_as(probe, *dialogue, dialogue->session_id());
  if (!answer) { return probe.broken(answer.error(), "HTTP 404"); }
  if (is_served(*answer)) {
    const auto optional = unless_required(probe, *dialogue);
    if (optional && !looks_at_ids(probe, *dialogue, *answer)) {
      return not_applicable(optional->message + ": it looks at none, one that was never issued is served as well");
    }
    return fail("HTTP 404",
                fmt::format("HTTP {} to DELETE, and the session goes on: {}", ended->head.status, describe(*answer)))
        .at("server", optional ? "End the session on DELETE and refuse its id by 404 from then on, also where requests "
                                 "without any id are served; or answer DELETE by 405."
                               : "End the session on DELETE, on every replica, and answer 404 to each later request "
                                 "that names it.");
  }
  if (is_served(*answer)) {
    return fail("HTTP 404", fmt::format("DELETE was answered {}, and the session is served on: {}", ended->head.status,
                                        describe(*answer)))
        .at("server, or the gateway that answers DELETE",
            "Let DELETE end the session where it is kept, and a gateway pass DELETE on to there: who cannot end "
            "sessions answers it 405, not 2xx.");
  }
  if (answer->head.status != 404) {
    return fail("HTTP 404", describe(*answer))
        .at("server, or what stands before it",
            "Answer 404 where the session is not known, whatever else is right with the request; a proxy must put "
            "neither a page nor another status in its place.");
  }
  // A DELETE may have reached one of several replicas.
  for (int more = 1; more < kTimes; ++more) {
    const auto again = ask_as(probe, *dialogue, dialogue->session_id());
    if (again && is_served(*again)) {
      return fail("HTTP 404, whichever replica is asked",
                  fmt::format("served at the attempt {} of {}: {}", more + 1, kTimes, describe(*again)))
          .at("server", "Let the end of a session reach every replica that knows it.");
    }
  }
  return pass(fmt::format("HTTP 404, {} times", kTimes));
}

const Registration kCheck{{
    .id = "session.terminated.not-found",
    .title = "a request in a session that was ended is answered 404",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.sessions.terminated-404"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence =
        "Clients begin anew only at a 404; where the session goes on after DELETE, whoever has its id still uses it.",
    .fix = "Delete the session on DELETE from the store that all replicas share, answer 404 to each later request that "
           "names it, and let no proxy replace that status.",
    .faults = {"session.terminated-400", "session.terminated-served", "session.ended-adopted",
               "session.ended-on-one-replica"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::session_terminated_not_found
