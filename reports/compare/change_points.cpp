#include "reports/compare/change_points.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>
#include <utility>

#include "reports/compare/statistics.hpp"

namespace weir::reports::compare {
namespace {

constexpr std::size_t kNeighbours = 2;  ///< On each side of a night.
constexpr double kOutlier = 3;
constexpr double kWeakProbability = 0.05;
constexpr double kRounding = 1e-12;  ///< Of sums of many.

/// Of two samples with one variance.
double student_p(const std::vector<double>& values, std::size_t at) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(at);
  const auto m = static_cast<double>(at), n = static_cast<double>(values.size() - at);
  const double left = std::accumulate(values.begin(), middle, 0.0) / m;
  const double right = std::accumulate(middle, values.end(), 0.0) / n;
  double squares = 0;
  for (auto it = values.begin(); it != values.end(); ++it) {
    const double mean = it < middle ? left : right;
    squares += (*it - mean) * (*it - mean);
  }
  const double error = std::sqrt(squares / (m + n - 2) * (1 / m + 1 / n));
  if (error == 0) { return left == right ? 1 : 0; }
  const boost::math::students_t_distribution<double> t(m + n - 2);
  return 2 * boost::math::cdf(boost::math::complement(t, std::abs(right - left) / error));
}

/// Nights between the two levels belong to neither: of three nights of which one is as before, two have changed.
bool has_enough_nights(const std::vector<double>& values, std::size_t at) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(at);
  const double left = median({values.begin(), middle}), right = median({middle, values.end()});
  const double border = (left + right) / 2;
  const auto beyond = [&](double value) { return right > left ? value > border : value < border; };
  const auto before = at - static_cast<std::size_t>(std::count_if(values.begin(), middle, beyond));
  const auto after = static_cast<std::size_t>(std::count_if(middle, values.end(), beyond));
  return before >= kLeastNights && after >= kLeastNights;
}

/// Whatever may be a change, be it weak: a bend that comes back is seen only when both its ends are.
void split(const std::vector<double>& values, std::size_t from, std::vector<std::size_t>& out) {
  const Split best = best_split(values);
  if (best.p_value > kWeakProbability) { return; }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(best.at);
  split({values.begin(), middle}, from, out);
  out.push_back(from + best.at);
  split({middle, values.end()}, from + best.at, out);
}

/// How probable a change is by chance, between the one before it and the one after it.
double chance(const std::vector<double>& values, const std::vector<std::size_t>& bounds, std::size_t which) {
  const std::size_t from = which == 0 ? 0 : bounds[which - 1];
  const std::size_t to = which + 1 == bounds.size() ? values.size() : bounds[which + 1];
  const std::vector<double> both(values.begin() + static_cast<std::ptrdiff_t>(from),
                                 values.begin() + static_cast<std::ptrdiff_t>(to));
  if (!has_enough_nights(both, bounds[which] - from)) { return 1; }
  const auto splits = static_cast<double>(values.size() - 2 * kLeastNights + 1);
  return std::min(1.0, splits * student_p(both, bounds[which] - from));
}

/// Of the distances between all pairs of values: across the split, and on each side of it.
double scaled(std::pair<std::size_t, std::size_t> lengths, double across, double left, double right) {
  const auto m = static_cast<double>(lengths.first), n = static_cast<double>(lengths.second);
  const double within = (m > 1 ? 2 * left / (m * (m - 1)) : 0) + (n > 1 ? 2 * right / (n * (n - 1)) : 0);
  return m * n / (m + n) * (2 * across / (m * n) - within);
}

/// Of each place, the sum of the distances between all pairs of values before it.
std::vector<double> pairs_before(const std::vector<double>& values) {
  std::vector<double> out = {0};
  for (std::size_t i = 0; i < values.size(); ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < i; ++j) { sum += std::abs(values[i] - values[j]); }
    out.push_back(out.back() + sum);
  }
  return out;
}

}  // namespace

double divergence(const std::vector<double>& values, std::size_t at) {
  double across = 0, left = 0, right = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = i + 1; j < values.size(); ++j) {
      (i < at && j >= at ? across : i < at ? left : right) += std::abs(values[i] - values[j]);
    }
  }
  return scaled({at, values.size() - at}, across, left, right);
}

Split best_split(const std::vector<double>& values) {
  Split best;
  if (values.size() < 2 * kLeastNights) { return best; }
  // Each pair is looked at twice, and not once for each split: years of nights are to take no minutes.
  const std::vector<double> left = pairs_before(values);
  std::vector<double> right = pairs_before({values.rbegin(), values.rend()});
  std::reverse(right.begin(), right.end());
  const double all = left.back();
  std::vector<double> divergences;
  for (std::size_t at = kLeastNights; at + kLeastNights <= values.size(); ++at) {
    divergences.push_back(scaled({at, values.size() - at}, all - left[at] - right[at], left[at], right[at]));
  }
  // The first of those that differ by no more than what was lost in adding up.
  const double most = *std::max_element(divergences.begin(), divergences.end());
  const double lost = kRounding * all / static_cast<double>(values.size());
  const auto first =
      std::find_if(divergences.begin(), divergences.end(), [&](double here) { return here >= most - lost; });
  best.at = kLeastNights + static_cast<std::size_t>(first - divergences.begin());
  best.divergence = *first;
  best.p_value = student_p(values, best.at);
  return best;
}

std::vector<double> winsorised(const std::vector<double>& values) {
  std::vector<double> usual, distances;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t from = i < kNeighbours ? 0 : i - kNeighbours;
    const std::size_t to = std::min(values.size(), i + kNeighbours + 1);
    usual.push_back(
        median({values.begin() + static_cast<std::ptrdiff_t>(from), values.begin() + static_cast<std::ptrdiff_t>(to)}));
    distances.push_back(std::abs(values[i] - usual[i]));
  }
  const double reach = kOutlier * 1.4826 * median(distances);
  std::vector<double> out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    out.push_back(std::clamp(values[i], usual[i] - reach, usual[i] + reach));
  }
  return out;
}

std::vector<std::size_t> change_points(const std::vector<double>& values) {
  const std::vector<double> calm = winsorised(values);
  std::vector<std::size_t> out;
  split(calm, 0, out);
  // The least certain one goes, and its neighbours are asked anew, until each is certain.
  while (!out.empty()) {
    std::size_t worst = 0;
    double most = -1;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (const double p = chance(calm, out, i); p > most) {
        most = p;
        worst = i;
      }
    }
    if (most <= kChangeProbability) { break; }
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(worst));
  }
  return out;
}

}  // namespace weir::reports::compare
