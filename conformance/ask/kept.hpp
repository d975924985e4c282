// Answers that a cache had kept.
#pragma once

#include <string>

#include "wire/http/http.hpp"

namespace weir::conformance {

/// The field by which a cache says that it gave an answer that it had kept, as "age: 12"; empty where none says so.
std::string kept_by(const wire::Exchange& answer);

}  // namespace weir::conformance
