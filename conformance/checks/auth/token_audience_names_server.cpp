#include <algorithm>
#include <array>

#include "conformance/checks/auth/token_common.hpp"

namespace weir::conformance::auth_token_audience_names_server {
namespace {

/// Whether an audience is a service of the provider itself, which no other server is: the clients that each realm of
/// Keycloak begins with, or the provider's own userinfo. An API may have any other name, a client's as well.
bool is_of_provider(const std::string& audience, const std::string& issuer) {
  constexpr std::array<std::string_view, 4> kRealmClients = {"account", "account-console", "broker",
                                                             "realm-management"};
  const std::string base = issuer.ends_with('/') ? issuer.substr(0, issuer.size() - 1) : issuer;
  return std::find(kRealmClients.begin(), kRealmClients.end(), audience) != kRealmClients.end() ||
         (!base.empty() && audience == base + "/userinfo");
}

Finding run(Probe& probe) {
  return with_jwt(probe, [&](const wire::Jwt& jwt) {
    const auto audiences = audiences_of(bearer_token(probe));
    if (audiences.empty()) { return not_applicable("the token has no aud: what it is for is said elsewhere"); }
    const std::string issuer = wire::jwt_text(jwt.claims, "iss");
    const std::string shown = wire::excerpt(json::value_from(audiences), 100);
    const bool foreign = std::all_of(audiences.begin(), audiences.end(),
                                     [&](const std::string& one) { return is_of_provider(one, issuer); });
    if (!foreign) { return pass("aud " + shown); }
    const auto metadata = find_metadata(probe);
    const auto resource = metadata ? wire::as_string(wire::find(metadata->document, "resource")) : std::nullopt;
    if (!resource) { return untestable("no metadata says for which resource tokens should be: aud " + shown); }
    // Who is not let in by the token shows nothing of what is taken.
    if (probe.target().detection.eras().empty()) {
      return untestable(fmt::format("nothing shows that a token with aud {} is taken", shown));
    }
    return fail(fmt::format("a token whose aud names this server, such as {}", wire::excerpt(*resource, 100)),
                fmt::format("a token with aud {} is taken, which is a service of the provider itself", shown))
        .at("the authorization server, and the server that takes its tokens",
            "Add this server to aud (Keycloak: an audience mapper in a client scope) and require it there: who leaves "
            "aud at its default takes the tokens of every client of the realm.");
  });
}

const Registration kCheck{{
    .id = "auth.token.audience-names-server",
    .title = "the token that is taken is for this server, not for a service of the provider alone",
    .level = Level::should,
    .eras = kTarget,
    .source = "https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#token-handling",
    .consequence =
        "The server cannot tell its own tokens from those of any other service of the provider, and takes all.",
    .fix =
        "Let the provider write this server's identifier into aud (Keycloak: an audience mapper), and require it when "
        "a token is verified.",
    .faults = {"openid.audience-account"},
    .fixture = "token",
    .run = run,
}};
const NotByCommand kNoCommand{"auth.token.audience-names-server", "it stands in the token, which no command shows"};

}  // namespace
}  // namespace weir::conformance::auth_token_audience_names_server
