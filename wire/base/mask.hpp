// Which bytes of a text must not be shown.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace weir::wire {

using Mask = std::vector<bool>;  ///< As long as the text.

inline void cover(Mask& mask, std::size_t from, std::size_t to) {
  std::fill(mask.begin() + static_cast<std::ptrdiff_t>(from), mask.begin() + static_cast<std::ptrdiff_t>(to), true);
}

}  // namespace weir::wire
