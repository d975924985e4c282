// A body that is compressed, and whose head does not say so: nobody undoes it, and nobody can read it.
#pragma once

#include <optional>
#include <string>

#include "wire/http/http.hpp"

namespace weir::conformance {

/// What the body is, and what its head says instead; nullopt where it is read as it is meant. Judged by what formats
/// begin with: brotli has no such mark.
std::optional<std::string> unnamed_coding(const wire::Exchange& http);

}  // namespace weir::conformance
