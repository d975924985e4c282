#include "conformance/ask/auth.hpp"

namespace weir::conformance::auth_bearer_absent_401 {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  wire::Request request = opening_request(probe);
  request.headers.remove("Authorization");
  auto answer = probe.send(request, probe.answer_deadline());
  if (answer && if_sent_elsewhere(*answer)) {
    return fail("HTTP 401", fmt::format("HTTP {} to {}", answer->head.status,
                                        wire::excerpt(answer->head.headers.get("location"), 100)))
        .at("login page in front",
            "Answer 401 with WWW-Authenticate to requests without a token: clients cannot fill in a page.");
  }
  return refused_with(probe, request, {401});
}

const Registration kCheck{{
    .id = "auth.bearer.absent-401",
    .title = "a request without a token is answered 401",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-03-26",
    .requirements = {"auth.unauthenticated-401"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/authorization",
    .consequence = "The endpoint is open, or clients never learn that they must log in.",
    .fix = "Check the token before the MCP handler and before any redirect to a login page, and answer a request "
           "without one by 401 with WWW-Authenticate: Bearer.",
    .faults = {"auth.bearer-optional"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_bearer_absent_401
