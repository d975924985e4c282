// Escape sequences in text that is shown: \n, \x1b, \u202e, whether JSON wrote them or wire/base/text.hpp.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir::wire {

/// How many of the first `kept` bytes stay where nothing shall be cut within an escape sequence, an HTML entity or a
/// percent-encoded byte.
std::size_t without_half_escape(std::string_view text, std::size_t kept);

}  // namespace weir::wire
