#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_post_unknown_session {
namespace {

Finding run(Probe& probe) {
  auto announced = announced_endpoint(probe);
  if (!announced) { return probe.broken(announced.error(), "an endpoint event"); }
  auto url = wire::resolve(probe.url(), *announced);
  if (!url) { return untestable("the endpoint event carries no URI"); }
  if (!forge_session(*url)) { return untestable("no session id is recognisable in " + url->target()); }
  auto answer = probe.send(json_post(probe, *url, jsonrpc::request("weir-nobody", "ping")));
  if (!answer && url->origin() != probe.url().origin()) {
    return untestable("the endpoint event names another origin, which http-sse.endpoint.same-origin says");
  }
  if (!answer && probe.survey().open_error) {
    return untestable("no POST was answered in a session that exists either: " + answer.error().detail);
  }
  if (!answer) { return probe.broken(answer.error(), "an answer that refuses the unknown session"); }
  if (answer->ok()) { return left_open(fail("an error status for an unknown session", describe(*answer))); }
  return pass(describe(*answer));
}

const Registration kCheck{{
    .id = "http-sse.post.unknown-session",
    .title = "a POST for a session that does not exist is refused, and answered",
    .level = Level::must,
    .eras = kHttpSse,
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence = "After a restart, or behind a balancer without affinity, every client talks to an unknown session: "
                   "no answer means it hangs for ever.",
    .fix = "Look the session up before anything else is done with a POST, and answer at once by 404 where there is "
           "none, instead of 202 or a wait.",
    .faults = {"http-sse.unknown-session-hangs", "http-sse.unknown-session-accepted"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_sse_post_unknown_session
