#include "conformance/checks/auth/token_common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::auth_bearer_wrong_401 {
namespace {

/// RFC 9110 section 15.5.2: each 401 has to carry a challenge. That none has one, auth.bearer.challenge says.
std::optional<Finding> unless_challenged(Probe& probe, const wire::Request& wrong) {
  const auto is_bare = [](const wire::Exchange& answer) {
    return answer.head.status == kUnauthorized && !answer.head.headers.has("WWW-Authenticate");
  };
  // It was sent a moment ago: no second guess for it.
  const auto all = probe.tap().seen(probe.era());
  const auto refused = std::find_if(all.rbegin(), all.rend(), [&](const SeenPtr& seen) {
    return seen->http.request.headers.get("Authorization") == wrong.headers.get("Authorization");
  });
  if (refused == all.rend() || !is_bare((*refused)->http)) { return std::nullopt; }
  wire::Request absent = wrong;
  absent.headers.remove("Authorization");
  const auto unnamed = probe.send(absent);
  if (!unnamed || unnamed->head.status != kUnauthorized || is_bare(*unnamed)) { return std::nullopt; }
  probe.pin_request(wrong);
  return fail("HTTP 401 with WWW-Authenticate, as without a token", describe((*refused)->http) + ", without it")
      .at("server", "Send the challenge with each 401: a client whose token has expired begins there.");
}

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  wire::Request request = opening_request(probe);
  request.headers.set("Authorization", "Bearer weir-invalid-token");
  Finding finding = refused_with(probe, request, {401}, bearer_door(probe));
  if (finding.verdict == reports::Verdict::pass) {
    auto unchallenged = unless_challenged(probe, request);
    return unchallenged ? *std::move(unchallenged) : std::move(finding);
  }
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
    .consequence =
        "Clients renew a token at a 401 with a challenge alone: at any other answer they fail, or an invalid one "
        "is as good as a right one.",
    .fix = "Verify every token before the request is handled, catch each error of that check as 401, and send the same "
           "WWW-Authenticate with it as without a token.",
    .faults = {"auth.bearer-any", "token.refused-500", "auth.no-challenge-for-wrong"},
    .fixture = "bearer",
    .wrong_credentials = 1,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_bearer_wrong_401
