#include "conformance/ask/control.hpp"
#include "conformance/ask/session.hpp"

namespace weir::conformance::session_missing_bad_request {
namespace {

Finding run(Probe& probe) {
  if (!probe.survey().sessions) { return not_applicable("the server issues no sessions"); }

  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  auto answer = ask_as(probe, *dialogue, std::nullopt);
  if (!answer) { return probe.broken(answer.error(), "HTTP 400"); }
  if (is_served(*answer)) { return not_applicable("the server issues session ids, but requires none"); }
  if (answer->head.status != 400) { return fail("HTTP 400", describe(*answer)); }
  return beside(probe, dialogue->make_post(jsonrpc::request(json::value(dialogue->fresh_id("weir-session")), "ping")),
                pass("HTTP 400"));
}

const Registration kCheck{{
    .id = "session.missing.bad-request",
    .title = "a request without the session id that it needs is answered 400",
    .level = Level::should,
    .eras = kStreamable,
    .requirements = {"transport.sessions.missing-id-400"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "By any other refusal the client does not learn that it left its session out.",
    .fix = "Look for the Mcp-Session-Id header first and answer a request without it 400, before the lookup that "
           "answers an unknown one 404.",
    .faults = {"session.missing-404", "session.missing-200"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::session_missing_bad_request
