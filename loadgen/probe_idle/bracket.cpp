#include "loadgen/probe_idle/bracket.hpp"

#include <algorithm>
#include <cmath>

namespace weir::loadgen::idle {

namespace {
/// Sums of tenths are no tenths: 0.3 / 0.1 must be three steps.
constexpr double kStepSlack = 1e-6;
}  // namespace

Bracket bracket_around(double low_s, double high_s, double resolution_s) {
  const double below = std::floor(low_s / resolution_s - 0.5 + kStepSlack) * resolution_s;
  const double above = std::ceil(high_s / resolution_s + 0.5 - kStepSlack) * resolution_s;
  return {std::max(below, 0.0), above};
}

bool narrow_enough(const Bracket& bracket, const Precision& precision) {
  return bracket.dead_s - bracket.alive_s <= precision.tolerance_s(bracket.dead_s) * (1 + kStepSlack);
}

std::vector<double> waits_within(const Bracket& bracket, std::size_t count, const Precision& precision) {
  const double width = bracket.dead_s - bracket.alive_s;
  const double step = precision.tolerance_s(bracket.dead_s);
  const auto steps = static_cast<std::size_t>(std::max(std::ceil(width / step - kStepSlack), 1.0));
  const std::size_t inner = std::min(count, steps - 1);
  std::vector<double> waits;
  for (std::size_t i = 1; i <= inner; ++i) {
    waits.push_back(bracket.alive_s + width * static_cast<double>(i) / static_cast<double>(inner + 1));
  }
  return waits;
}

}  // namespace weir::loadgen::idle
