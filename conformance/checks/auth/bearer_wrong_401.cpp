#include "conformance/checks/auth/token_common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::auth_bearer_wrong_401 {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  wire::Request request = opening_request(probe);
  request.headers.set("Authorization", "Bearer weir-invalid-token");
  Finding finding = refused_with(probe, request, {401}, bearer_door(probe));
  const auto& answer = probe.last_heard().answer;
  if (finding.verdict != reports::Verdict::fail || !answer || answer->head.status < kServerErrors) { return finding; }
  return wrong_refusal(finding.expected, "a token that nobody made", *answer);
}

const Registration kCheck{{
    .id = "auth.bearer.wrong-401",
    .title = "a token that is not valid is answered 401",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-03-26",
    .requirements = {"auth.invalid-token-401"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/authorization",
    .consequence = "Any token opens the endpoint, or clients with an expired one do not renew it.",
    .faults = {"auth.bearer-any", "token.refused-500"},
    .fixture = "bearer",
    .wrong_credentials = 1,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_bearer_wrong_401
