// What counts as a credential, for everything that is shown: one list, so that no output knows less than another.
#pragma once

#include <string_view>

namespace weir::wire {

/// Authorization, Cookie, X-API-Key and whatever else is named like a credential.
bool is_credential_name(std::string_view name);

}  // namespace weir::wire
