// What an Accept field wants (RFC 9110 section 12.5.1).
#pragma once

#include <string_view>
#include <vector>

#include "wire/http/http.hpp"

namespace weir::wire {

/// Something that can be served: its media type and the parameters that tell it from others of that type.
struct Representation {
  std::string_view type;           ///< "text/plain", lower case.
  std::vector<Header> parameters;  ///< {"version", "0.0.4"}; without a value: any will do.
};

/// How much `accept` wants it, 0 to 1000; 0 where it does not. A range that names a parameter is of those that have it
/// with that value. The range that names most decides, and of equals the first; an empty field wants everything.
int quality_of(std::string_view accept, const Representation& representation);

}  // namespace weir::wire
