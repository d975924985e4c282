#include "conformance/checks/auth/issuer_common.hpp"

namespace weir::conformance::auth_issuer_identical {
namespace {

Finding run(Probe& probe) {
  const auto found = discover(probe);
  if (!found) { return found.error(); }
  if (!found->document.is_object()) {
    return untestable("there is no discovery document: " + describe(found->exchange));
  }
  const auto named = wire::string_or(found->document, "issuer", "");
  if (named != found->issuer) {
    if (auto why = misplaced_with_resource(probe, std::string(named)); !why.empty()) { return untestable(why); }
    return fail(fmt::format("issuer \"{}\", as the token has it, character for character", found->issuer),
                named.empty() ? "no issuer" : fmt::format("\"{}\"", named))
        .at("OpenID provider",
            "Set the provider's public host name (Keycloak: KC_HOSTNAME): it answers with one that differs inside and "
            "outside, or by a slash at its end.");
  }
  return pass(found->issuer);
}

const Registration kCheck{{
    .id = "auth.issuer.identical",
    .title = "the issuer calls itself what its tokens call it",
    .level = Level::must,
    .eras = kTarget,
    .requirements = {"auth.as.issuer-identical"},
    .source = "https://www.rfc-editor.org/rfc/rfc8414#section-3.3",
    .consequence = "Clients and servers that compare the two, as they must, take no token of it.",
    .fix = "Set the provider's public host name (Keycloak: KC_HOSTNAME) so that issuer in its metadata and iss in its "
           "tokens are one string, a slash at the end included.",
    .faults = {"openid.issuer-internal", "openid.issuer-slash"},
    .fixture = "token",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_issuer_identical
