// How long calls took, over time: a column for each span of time, a cell for calls that took about as long.
#pragma once

#include <optional>

#include "reports/load/figures.hpp"

namespace weir::reports::load {

inline constexpr std::size_t kHeatColumns = 400;  ///< A page is no wider; what is beyond merges with its neighbours.

/// Nothing where no call was answered.
std::optional<Figure> latency_heat_map(const LoadResults& results);

}  // namespace weir::reports::load
