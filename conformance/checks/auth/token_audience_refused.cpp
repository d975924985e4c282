#include <algorithm>

#include "conformance/checks/auth/token_common.hpp"

namespace weir::conformance::auth_token_audience_refused {
namespace {

/// A resource that no server is: an authorization server that binds its tokens gives one for it, or refuses.
constexpr const char* kElsewhere = "https://weir-elsewhere.example/mcp";

constexpr const char* kNone = "the profile names no token for somebody else (oauth.other_audience)";

/// A token that says itself that it is for another resource (RFC 8707), and not for this one as well; why not where the
/// authorization server gives none.
tl::expected<std::string, Finding> token_for_elsewhere(Probe& probe) {
  const auto none = [] { return tl::unexpected(not_applicable(kNone)); };
  const auto own = audiences_of(bearer_token(probe));
  if (own.empty()) { return none(); }
  const auto token = another_token(probe, {.audience = kElsewhere, .resource = kElsewhere});
  if (!token) { return none(); }
  const auto given = audiences_of(*token);
  if (given == own) {
    return tl::unexpected(
        not_applicable(fmt::format("{}, and the provider gives aud {} to one for another resource too", kNone,
                                   wire::excerpt(json::serialize(json::value_from(own)), 80))));
  }
  const bool foreign = !given.empty() && std::none_of(given.begin(), given.end(), [&](const std::string& audience) {
    return std::find(own.begin(), own.end(), audience) != own.end();
  });
  if (!foreign) { return none(); }
  return *token;
}

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  const auto& oauth = probe.target().profile.oauth;
  if (!oauth) { return not_applicable(kNone); }
  std::string token = oauth->other_audience_token;
  if (token.empty() && !oauth->other_audience) {
    auto elsewhere = token_for_elsewhere(probe);
    if (!elsewhere) { return std::move(elsewhere.error()); }
    token = *std::move(elsewhere);
  }
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
    .fix = "Require this server's own identifier in aud when a token is verified (audience option of the JWT library "
           "or authorizer), and answer 401 to all others.",
    .faults = {"token.any-audience"},
    .fixture = "token",
    .wrong_credentials = 1,
    .run = run,
}};
const NotByCommand kNoCommand{"auth.token.audience-refused",
                              "it takes a token that the provider issues for another audience"};

}  // namespace
}  // namespace weir::conformance::auth_token_audience_refused
