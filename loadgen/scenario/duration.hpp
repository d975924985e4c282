// Lengths of time and rates as people write them, and back without a loss.
#pragma once

#include <string>
#include <string_view>

#include "loadgen/scenario/scenario.hpp"

namespace weir::loadgen {

/// What parse_duration takes for the same length: "10m", "1500ms", "0s".
std::string format_duration(Nanos nanos);

/// "50/s", "3/m", "100/h" or "50" (a second), as a number a second.
wire::Result<double> parse_rate(std::string_view text);
/// "0.05/s"
std::string format_rate(double per_second);

}  // namespace weir::loadgen
