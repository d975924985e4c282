// JSON Pointer (RFC 6901).
#pragma once

#include <string>
#include <string_view>

namespace weir::wire {

/// A member's name as one reference token: "a/b~" becomes "a~1b~0" (section 3).
std::string escape_pointer_token(std::string_view name);

}  // namespace weir::wire
