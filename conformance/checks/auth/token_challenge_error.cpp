#include "conformance/checks/auth/token_common.hpp"

namespace weir::conformance::auth_token_challenge_error {
namespace {

/// Whether a request without a token is answered 401 without a Bearer challenge as well.
bool lacks_every_challenge(Probe& probe) {
  wire::Request request = opening_request(probe);
  request.headers.remove("Authorization");
  const auto answer = ask(probe, request);
  return answer && answer->head.status == 401 &&
         !find_challenge(parse_challenges(answer->head.headers.joined("www-authenticate")), "bearer");
}

Finding run(Probe& probe) {
  return with_jwt(probe, [&](const wire::Jwt& jwt) {
    wire::Request request = opening_request(probe);
    request.headers.set("Authorization", "Bearer " + wire::encode_jwt(jwt.header, jwt.claims, ""));
    const auto answer = ask(probe, request);
    if (!answer) { return probe.broken(answer.error(), "HTTP 401"); }
    if (answer->head.status != 401) { return untestable("no 401 came: " + describe(*answer)); }
    const auto text = answer->head.headers.joined("www-authenticate");
    const auto challenges = parse_challenges(text);
    const auto* bearer = find_challenge(challenges, "bearer");
    if (bearer && bearer->parameter("error") == "invalid_token") { return pass(text); }
    if (!bearer && lacks_every_challenge(probe)) {
      return untestable("a 401 never has a Bearer challenge, which auth.bearer.challenge says");
    }
    return fail("WWW-Authenticate: Bearer error=\"invalid_token\"", text.empty() ? "none" : text);
  });
}

const Registration kCheck{{
    .id = "auth.token.challenge-error",
    .title = "the challenge to a bad token says invalid_token",
    .level = Level::should,
    .eras = kAllEras,
    .requirements = {"auth.invalid-token-error-code"},
    .source = "https://www.rfc-editor.org/rfc/rfc6750#section-3.1",
    .consequence = "Clients cannot tell a token to renew from one that never came, and log in anew.",
    .fix = "Put error=invalid_token into the Bearer challenge of the 401 whenever a token came and did not verify, in "
           "the server or in the authorizer's answer.",
    .faults = {"token.no-error-code"},
    .fixture = "token",
    .wrong_credentials = 1,
    .run = run,
}};
const NotByCommand kNoCommand{"auth.token.challenge-error", "it takes a token that is made from a good one"};

}  // namespace
}  // namespace weir::conformance::auth_token_challenge_error
