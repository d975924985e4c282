#include "conformance/ask/control.hpp"
#include "conformance/ask/initialize.hpp"

namespace weir::conformance::session_id_not_adopted {
namespace {

Finding run(Probe& probe) {
  if (!probe.survey().sessions) { return not_applicable("the server issues no sessions"); }
  constexpr const char* kChosen = "weir-chosen-0b5c1f7d9e3a4826";
  wire::Request request = initialize_request(probe);
  request.headers.set("Mcp-Session-Id", kChosen);
  const auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), "an answer to initialize"); }
  if (answer->ok() && answer->head.headers.get("Mcp-Session-Id") == kChosen) {
    return fail("a session id of the server's own making, whatever the client brings", "the id that was brought")
        .at("server", "Make a new id with every initialize; an unknown one is none.");
  }
  const bool own = answer->ok() && answer->head.headers.has("Mcp-Session-Id");
  if (!own && !refused(*answer)) { return untestable("neither a session nor a refusal: " + describe(*answer)); }
  if (own) { return pass("the server made an id of its own"); }
  return beside(probe, initialize_request(probe), pass(fmt::format("HTTP {}", answer->head.status)));
}

const Registration kCheck{{
    .id = "session.id.not-adopted",
    .title = "a session id that a client makes up is not taken over",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "Who hands an id to a victim knows the session that the victim then begins (session fixation).",
    .fix =
        "Generate the id on the server at every initialize, and never copy it from the Mcp-Session-Id of the request.",
    .faults = {"session.id-adopted"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::session_id_not_adopted
