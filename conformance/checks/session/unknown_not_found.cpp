#include <algorithm>

#include "conformance/ask/control.hpp"
#include "conformance/ask/session.hpp"

namespace weir::conformance::session_unknown_not_found {
namespace {

/// An ended session that is answered alike is the same fault, which session.terminated.not-found tells.
std::optional<Finding> unless_ended_alike(Probe& probe, wire::mcp::Dialogue& dialogue, const wire::Exchange& unknown) {
  const auto asked = probe.last_request();
  const auto ended = dialogue.delete_session();
  if (!ended || !ended->ok()) { return std::nullopt; }
  const auto answer = ask_as(probe, dialogue, dialogue.session_id());
  if (asked) { probe.pin_request(*asked); }
  if (!answer || answer->head.status != unknown.head.status) { return std::nullopt; }
  return untestable("an ended session is answered alike, which session.terminated.not-found judges: " +
                    describe(*answer));
}

Finding run(Probe& probe) {
  if (!probe.survey().sessions) { return not_applicable("the server issues no sessions"); }

  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  std::string id = *dialogue->session_id();
  // The same form with other characters: what looks only at the form must refuse it as well.
  std::reverse(id.begin(), id.end());
  for (char& c : id) { c = c == '0' ? 'f' : c == 'a' ? '9' : c; }
  auto answer = ask_as(probe, *dialogue, id == *dialogue->session_id() ? id + "0" : id);
  if (!answer) { return probe.broken(answer.error(), "HTTP 404"); }
  if (is_served(*answer)) {
    if (auto optional = unless_required(probe, *dialogue)) { return *optional; }
  }
  if (answer->head.status != 404) {
    return unless_ended_alike(probe, *dialogue, *answer)
        .value_or(fail("HTTP 404, as for a session that has ended", describe(*answer)));
  }
  return beside(probe, dialogue->make_post(jsonrpc::request(json::value(dialogue->fresh_id("weir-session")), "ping")),
                pass("HTTP 404"));
}

const Registration kCheck{{
    .id = "session.unknown.not-found",
    .title = "a request in a session that was never issued is answered 404",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence =
        "After a deploy every session is unknown: clients begin anew only at a 404, and stay dead otherwise.",
    .fix = "Answer 404, not 400, at once to a request whose Mcp-Session-Id is not in the session store, and let no "
           "proxy replace that status.",
    .faults = {"session.unknown-400", "session.unknown-hangs"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::session_unknown_not_found
