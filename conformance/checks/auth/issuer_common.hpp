// Where the checks of an issuer look: the provider that the target's own token names. It is asked only where the
// profile, or the target, already trusts its origin.
#pragma once

#include "conformance/checks/auth/token_common.hpp"

namespace weir::conformance {

struct Discovery {
  std::string issuer;  ///< `iss` of the target's token.
  wire::Jwt token;
  std::string url;          ///< The document that answered, or the first that was tried.
  wire::Exchange exchange;  ///< Its answer.
  json::value document;     ///< null where there is no JSON object.
};
/// Asks for the discovery document of the token's issuer; an error finding where there is nobody to ask.
tl::expected<Discovery, Finding> discover(Probe& probe);
/// The same of an issuer that the target's metadata names. A public target that names a loopback or link-local address
/// is not followed there.
tl::expected<Discovery, Finding> discover_at(Probe& probe, const std::string& issuer);

}  // namespace weir::conformance
