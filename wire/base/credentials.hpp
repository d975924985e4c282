// What counts as a credential, for everything that is shown: one list, so that no output knows less than another.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::wire {

/// Of a header field: Authorization, Cookie, X-API-Key and whatever else is named like a credential.
bool is_credential_name(std::string_view name);

/// Of a URL's query: `api_key`, `code`, `sig`, `subscription-key` and the like.
bool is_credential_parameter(std::string_view name);

/// What must not be shown of a URL: its password (or the user, where there is none), and the values of such parameters;
/// each as it stands there and percent-decoded. `given_in_secret`: the URL came from the environment as a whole, so
/// that every value of its query counts, and every part of its path that is long enough to be a key.
std::vector<std::string> credentials_in_url(std::string_view url, bool given_in_secret = false);

}  // namespace weir::wire
