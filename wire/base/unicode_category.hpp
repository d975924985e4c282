// The General_Category of a code point (Unicode 14), for `\p{...}` in the patterns of JSON Schemas.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::wire {

/// One bit for each of the 30 categories; every code point has exactly one.
using CategoryMask = std::uint64_t;
inline constexpr CategoryMask kAnyCategory = (CategoryMask{1} << 30) - 1;

CategoryMask category_of(char32_t code_point);

/// "L", "Letter", "Nd", "Decimal_Number", "Any" ...; nothing for a name that is no category.
std::optional<CategoryMask> category_mask(std::string_view name);

}  // namespace weir::wire
