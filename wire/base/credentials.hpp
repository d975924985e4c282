// What counts as a credential, for everything that is shown: one list, so that no output knows less than another.
#pragma once

#include <string_view>

namespace weir::wire {

/// Of a header field: Authorization, Cookie, X-API-Key and whatever else is named like a credential.
bool is_credential_name(std::string_view name);

/// Of a URL's query: `api_key`, `code`, `sig`, `subscription-key` and the like.
bool is_credential_parameter(std::string_view name);

}  // namespace weir::wire
