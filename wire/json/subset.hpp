// Whether a JSON document has the members that a profile asks for.
#pragma once

#include "wire/json/json.hpp"

namespace weir::wire {

/// Each member of `part` is in `whole`, objects likewise within; everything else is equal.
bool holds_subset(const json::value& whole, const json::value& part);

}  // namespace weir::wire
