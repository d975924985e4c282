#include "conformance/checks/auth/token_common.hpp"

namespace weir::conformance::auth_token_audience_refused {
namespace {

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  const auto& oauth = probe.target().profile.oauth;
  if (!oauth || (!oauth->other_audience && oauth->other_audience_token.empty())) {
    return not_applicable("the profile names no token for somebody else (oauth.other_audience)");
  }
  std::string token = oauth->other_audience_token;
  if (token.empty()) {
    const auto asked = another_token(probe, *oauth->other_audience);
    if (!asked) { return untestable("a token for another audience: " + asked.error().detail); }
    token = *asked;
  }
  if (token == bearer_token(probe)) {
    return untestable("oauth.other_audience gives the same token as the target's own");
  }
  return all_refused(probe, {{"of the same issuer for another audience", "Bearer " + token}});
}

const Registration kCheck{{
    .id = "auth.token.audience-refused",
    .title = "a token for another audience is answered 401",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"auth.audience-validated", "auth.foreign-token-rejected"},
    .source = "https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#token-handling",
    .consequence = "Whoever runs any other service of the issuer can use its users' tokens here.",
    .faults = {"token.any-audience"},
    .fixture = "token",
    .wrong_credentials = 1,
    .run = run,
}};
const NotByCommand kNoCommand{"auth.token.audience-refused",
                              "it takes a token that the provider issues for another audience"};

}  // namespace
}  // namespace weir::conformance::auth_token_audience_refused
