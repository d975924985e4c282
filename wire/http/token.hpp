// The token of HTTP: methods, field names, codings.
#pragma once

#include <string_view>

namespace weir::wire {

bool is_token(std::string_view text);  ///< RFC 9110 section 5.6.2

}  // namespace weir::wire
