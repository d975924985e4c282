#include "conformance/probe/secrets.hpp"

#include <algorithm>

#include "wire/base/credentials.hpp"

namespace weir::conformance {

bool has_credentials(const wire::Headers& headers) {
  const auto& fields = headers.fields();
  return std::any_of(fields.begin(), fields.end(),
                     [](const auto& field) { return wire::is_credential_name(field.name); });
}

std::vector<std::string> secrets_of(const wire::Profile& profile, const wire::Headers& headers) {
  std::vector<std::string> secrets = profile.secrets;
  secrets.push_back(profile.bearer);
  if (profile.api_key) { secrets.push_back(profile.api_key->value); }
  if (const auto& oauth = profile.oauth) {
    secrets.insert(secrets.end(), {oauth->client_secret, oauth->other_audience_token, oauth->expired_token});
    for (const auto* grant : {&oauth->other_audience, &oauth->limited, &oauth->other_user}) {
      secrets.push_back(*grant ? (*grant)->client_secret : std::string());
    }
  }
  for (const auto& field : headers.fields()) {
    if (!wire::is_credential_name(field.name)) { continue; }
    secrets.push_back(field.value);
    // "Bearer abc": the scheme is no secret; what follows is one, also where it stands alone.
    if (const auto space = field.value.find(' '); space != std::string::npos) {
      secrets.push_back(field.value.substr(space + 1));
    }
  }
  for (std::string& secret : wire::credentials_in_url(profile.url)) { secrets.push_back(std::move(secret)); }
  std::erase_if(secrets, [](const std::string& secret) { return secret.empty(); });
  return secrets;
}

}  // namespace weir::conformance
