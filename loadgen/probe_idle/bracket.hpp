// A cut-off as a bracket: alive after so long, dead after so long. Pure arithmetic; all times in seconds.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "reports/judge/cut_off.hpp"

namespace weir::loadgen {

/// What was idle for `alive_s` still lived; what was idle for `dead_s` did not.
struct Bracket {
  double alive_s = 0;
  double dead_s = 0;
  double middle_s() const { return (alive_s + dead_s) / 2; }
  bool operator==(const Bracket&) const = default;
};

namespace idle {

using reports::Cluster;
using reports::Precision;

/// The bracket of an end that was watched as it happened, between `low_s` and `high_s` on several streams: the whole
/// steps of the resolution that enclose it with half a step to spare, since bytes travel and clocks tick.
Bracket bracket_around(double low_s, double high_s, double resolution_s);

/// Whether a bracket that comes from trying (not from watching) is as narrow as wanted.
bool narrow_enough(const Bracket& bracket, const Precision& precision);

/// The waits that divide the bracket evenly, both ends excluded; at most `count`, and none closer than the tolerance.
std::vector<double> waits_within(const Bracket& bracket, std::size_t count, const Precision& precision);

}  // namespace idle
}  // namespace weir::loadgen
