#include "conformance/ask/auth.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  wire::Request request = dialogue->make_post(call_body(probe, "weir-token", harmless_method(probe)));
  request.headers.remove("Authorization");
  Finding finding = refused_with(probe, request, {401});
  if (!probe.is(Era::streamable)) { return finding; }
  for (const char* method : {"GET", "DELETE"}) {  // DELETE last: where it is let through, the session is gone.
    if (finding.verdict != reports::Verdict::pass) { return finding; }
    request.method = method;
    request.body.clear();
    request.headers.remove("Content-Type");
    request.headers.set("Accept", "text/event-stream");
    finding = refused_with(probe, request, {401, 405});
    if (finding.verdict == reports::Verdict::fail) {
      finding.expected += fmt::format(" for {} in the session", method);
    }
  }
  return finding;
}

const Registration kCheck{{
    .id = "auth.bearer.every-request",
    .title = "a session id does not stand in for the token",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-03-26",
    .requirements = {"auth.every-request-checked", "transport.sessions.not-authentication"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/authorization",
    .consequence = "Whoever learns a session id acts as its user.",
    .faults = {"auth.session-is-enough"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
