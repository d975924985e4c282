// Whether a JSON document has the members that a profile asks for.
#pragma once

#include "wire/json/json.hpp"

namespace weir::conformance {

/// Each member of `part` is in `whole`, objects likewise within; everything else is equal.
bool holds_subset(const wire::json::value& whole, const wire::json::value& part);

}  // namespace weir::conformance
