#include "conformance/ask/session.hpp"

namespace weir::conformance::session_delete_answered {
namespace {

Finding run(Probe& probe) {
  if (!probe.survey().sessions) { return not_applicable("the server issues no sessions"); }

  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  auto answer = dialogue->delete_session();
  if (!answer) { return probe.broken(answer.error(), "a 2xx or 405"); }
  if (!answer->ok() && answer->head.status != 405) {
    return fail("a 2xx or 405", describe(*answer))
        .at("server, or what stands before it",
            "Let DELETE through to the server (a gateway routes each method of its own), or answer 405.");
  }
  return pass(fmt::format("HTTP {}", answer->head.status));
}

const Registration kCheck{{
    .id = "session.delete.answered",
    .title = "DELETE ends the session or is answered 405",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "Clients that clean up see an error at every exit, or sessions pile up until memory ends.",
    .fix = "Route DELETE of the MCP path through gateway and proxy to the server, and answer 200 or 204 once the "
           "session has ended, or 405 where clients may not end it.",
    .faults = {"session.delete-500"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::session_delete_answered
