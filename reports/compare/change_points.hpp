// Where a series of nights changed its level.
#pragma once

#include <cstddef>
#include <vector>

namespace weir::reports::compare {

inline constexpr std::size_t kLeastNights = 3;  ///< On each side of a change: one night is weather.
/// So seldom chance may make the best of all possible splits of a series look like a change.
inline constexpr double kChangeProbability = 0.001;

struct Split {
  std::size_t at = 0;     ///< The first night of the new level.
  double divergence = 0;  ///< Of the two sides (Matteson and James 2014, alpha 1, scaled by their lengths).
  double p_value = 1;     ///< Of Student's t between the two sides.
};

/// How unlike the two sides of `values` at `at` are: E-divisive.
double divergence(const std::vector<double>& values, std::size_t at);

/// The split of the largest divergence; p_value is 1 where there are too few nights.
Split best_split(const std::vector<double>& values);

/// Single nights that stand out are drawn back to three times the usual distance from their neighbours' median.
std::vector<double> winsorised(const std::vector<double>& values);

/// Every change, in the order of the nights: what may be one is split off top-down, and what is none, by Student's t
/// between its neighbours times the number of possible splits, is taken back bottom-up (as Otava does).
std::vector<std::size_t> change_points(const std::vector<double>& values);

}  // namespace weir::reports::compare
