#include <algorithm>

#include "conformance/ask/session.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::session_delete_unknown_refused {
namespace {

Finding run(Probe& probe) {
  if (!probe.survey().sessions) { return not_applicable("the server issues no sessions"); }
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  if (!dialogue->session_id()) { return not_applicable("the server issues no sessions"); }
  wire::Request request = dialogue->make_post("");
  request.method = "DELETE";
  request.body.clear();
  request.headers.remove("Content-Type");
  std::string id = *dialogue->session_id();
  // Of the same form, so that nothing but its being unknown can be wrong with it.
  std::reverse(id.begin(), id.end());
  for (char& c : id) { c = c == '0' ? 'f' : c == 'a' ? '9' : c; }
  request.headers.set("Mcp-Session-Id", id == *dialogue->session_id() ? id + "0" : id);
  const auto unknown = probe.send(request);
  if (!unknown) { return probe.broken(unknown.error(), "HTTP 404"); }
  probe.pin_request(request);
  if (unknown->ok()) {
    if (auto optional = unless_required(probe, *dialogue)) { return *optional; }
  }
  const auto own = dialogue->delete_session();
  if (!own || !own->ok()) {
    return not_applicable("no session can be ended: " + (own ? describe(*own) : own.error().detail));
  }
  const auto after = unknown->ok() ? ask_as(probe, *dialogue, dialogue->session_id()) : tl::unexpected(wire::Error{});
  if (after && after->head.status != kNotFound) {
    return untestable("an ended session is answered alike, which session.terminated.not-found judges: " +
                      describe(*after));
  }
  if (unknown->ok()) { return fail("HTTP 404, as for a session that has ended", describe(*unknown)); }
  return pass(describe(*unknown));
}

const Registration kCheck{{
    .id = "session.delete.unknown-refused",
    .title = "the end of a session that was never issued is refused",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "A client that ends its session at the wrong replica is told that it has, and it stays there.",
    .fix = "Look the Mcp-Session-Id of a DELETE up first and answer 404 where it is unknown, as for every other "
           "request; let replicas share what sessions there are.",
    .faults = {"session.delete-any-ok"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::session_delete_unknown_refused
