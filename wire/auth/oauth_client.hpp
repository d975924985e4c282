// Who asks for a token, and for which one.
#pragma once

#include <string>

namespace weir::wire {

/// What another token of the same provider is asked for with; what is empty is as in OAuthClient.
struct OAuthGrant {
  std::string client_id;
  std::string client_secret;  ///< Secret.
  std::string scope, audience, resource;
};

/// Client credentials (RFC 6749 section 4.4) instead of a token of the environment.
struct OAuthClient {
  std::string token_url;
  std::string client_id;
  std::string client_secret;  ///< Secret.
  std::string scope, audience, resource;
};

}  // namespace weir::wire
