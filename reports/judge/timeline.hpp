// A run as points for plots.
#pragma once

#include <vector>

#include "reports/judge/results.hpp"

namespace weir::reports::load {

/// At most kTimelinePoints; a longer run has several seconds in a point.
std::vector<Point> timeline_of(const Layout& layout, const std::vector<const Snapshot*>& seconds);

}  // namespace weir::reports::load
