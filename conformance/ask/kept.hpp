// Answers that a cache had kept.
#pragma once

#include <string>

#include "wire/http/http.hpp"

namespace weir::conformance {

/// The field by which a cache says that it gave an answer that it had kept, as "age: 12"; empty where none says so.
std::string kept_by(const wire::Exchange& answer);

/// The same of an answer that was to be made for one client: RFC 9110 section 9.3.3 lets few answers to POST be kept,
/// and those of a session none. Pages, metadata and refusals of a plain GET may be.
std::string kept_from_another(const wire::Exchange& answer);

}  // namespace weir::conformance
