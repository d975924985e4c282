// Which values of a target no output may show.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/http/http.hpp"
#include "wire/target/profile.hpp"

namespace weir::conformance {

bool has_credentials(const wire::Headers& headers);

/// Values from the environment, the bearer token, the API key, and what stands in a header that carries credentials.
std::vector<std::string> secrets_of(const wire::Profile& profile, const wire::Headers& headers);

}  // namespace weir::conformance
