// A scenario of hours played in seconds, against a deployment whose own times are scaled by the same factor.
#pragma once

#include "loadgen/scenario/scenario.hpp"

namespace weir::loadgen {

/// Multiplies every time that is waited for: phases, reconnect base and cap, idle_cut_after, silence_limit, the refresh
/// of tokens and of addresses, and the thresholds of gaps, ages and reconnects. Timeouts shrink too, but not below
/// kScaledTimeoutLeast, since an answer takes as long as it takes; coalesce_gap and the thresholds of latency are about
/// the work that machines do, and stay. Numbers and rates stay as well: scaled rates would be another load, and a
/// scaled run is meant to see what a real one sees, sooner.
/// `bad_input` for a factor that is not between kScaleLeast and kScaleMost.
wire::Result<Scenario> scaled(Scenario scenario, double factor);

inline constexpr double kScaleLeast = 0.0001;
inline constexpr double kScaleMost = 1000;
inline constexpr Nanos kScaledTimeoutLeast = 2 * kSecond;

}  // namespace weir::loadgen
