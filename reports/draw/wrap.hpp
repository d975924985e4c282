// Text in the columns of a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::reports {

inline constexpr std::size_t kColumns = 80;

/// Columns of UTF-8 text, a character each.
std::size_t columns_of(std::string_view text);

/// No longer than `width` columns: what is cut off ends in "...".
std::string clipped(std::string_view text, std::size_t width);

/// Lines of at most `width` columns, broken at blanks; a word that is longer is cut where the line ends. What goes
/// beyond `lines` is cut off and ends in "...".
std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::size_t lines);

}  // namespace weir::reports
