#include "conformance/ask/passive.hpp"

namespace weir::conformance::session_id_kept {
namespace {

Finding run(Probe& probe) {
  if (!probe.survey().sessions) { return not_applicable("the server issues no sessions"); }
  Places places;
  for (const auto& seen : seen_by(probe)) {
    probe.keep_judging();
    const auto asked = seen->http.request.headers.find("Mcp-Session-Id");
    if (!asked || !seen->http.ok() || seen->http.request.body.find("\"initialize\"") != std::string::npos) { continue; }
    places.looked();
    const auto got = seen->http.head.headers.find("Mcp-Session-Id");
    if (got && *got != *asked) {
      places.broken(seen, fmt::format("an answer in the session {} carries the id {}", wire::excerpt(*asked, 40),
                                      wire::excerpt(*got, 40)));
    }
  }
  return judged(probe, places, "answers that carry the id of their session, or none", "answers in a session",
                "no session was asked anything");
}

const Registration kCheck{{
    .id = "session.id.kept",
    .title = "no answer in a session carries the id of another one",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "SDKs take the id of the latest answer for their session: their next request is in one of nobody.",
    .fix = "Set Mcp-Session-Id on the answer to initialize alone, or repeat the one of the request; make no new id in "
           "middleware that runs for every response.",
    .faults = {"session.id-on-each-answer"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::session_id_kept
