#include "reports/compare/statistics.hpp"

#include <algorithm>
#include <array>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

namespace weir::reports::compare {
namespace {

namespace math = boost::math;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kTail = (1 - kConfidence) / 2;

/// Of n, at least k come up, each with probability p.
double at_least(double n, double k, double p) {
  return k <= 0 ? 1 : math::cdf(math::complement(math::binomial_distribution<double>(n, p), k - 1));
}

double at_most(double n, double k, double p) { return math::cdf(math::binomial_distribution<double>(n, p), k); }

/// The best of so many tests is paid for by as many times its probability (Bonferroni).
constexpr std::size_t kWays = 3;

Evidence by_student(double difference, double variance, double freedom, double tolerance) {
  const math::students_t_distribution<double> t(freedom);
  const double error = std::sqrt(variance);
  const double reach = math::quantile(math::complement(t, kTail)) * error;
  return {std::exp(difference), std::exp(difference - reach), std::exp(difference + reach),
          math::cdf(math::complement(t, (difference - std::log(tolerance)) / error)),
          math::cdf(t, (difference + std::log(tolerance)) / error)};
}

}  // namespace

Evidence compare_counts(std::uint64_t before, double before_over, std::uint64_t after, double after_over,
                        double tolerance) {
  Evidence out;
  const auto a = static_cast<double>(before), b = static_cast<double>(after), n = a + b;
  if (n == 0 || before_over <= 0 || after_over <= 0) { return {1, 0, kInfinity, 1, 1}; }
  out.ratio = before == 0 ? kInfinity : (b / after_over) / (a / before_over);
  // Of all that happened, the share that falls to the later run if its rate is `ratio` times the earlier one's.
  const auto share = [&](double ratio) { return ratio * after_over / (before_over + ratio * after_over); };
  const auto ratio_of = [&](double p) { return p >= 1 ? kInfinity : p / (1 - p) * before_over / after_over; };
  using Binomial = math::binomial_distribution<double>;
  out.low = after == 0 ? 0 : ratio_of(Binomial::find_lower_bound_on_p(n, b, kTail));
  out.high = before == 0 ? kInfinity : ratio_of(Binomial::find_upper_bound_on_p(n, b, kTail));
  out.p_more = at_least(n, b, share(tolerance));
  out.p_less = at_most(n, b, share(1 / tolerance));
  return out;
}

Evidence compare_logs(const LogEstimate& before, const LogEstimate& after, double tolerance) {
  const double difference = after.value - before.value;
  Evidence out{std::exp(difference), 0, kInfinity, 1, 1};
  if (before.variance <= 0 || after.variance <= 0 || before.blocks < 2 || after.blocks < 2) { return out; }
  const auto a = static_cast<double>(before.blocks), b = static_cast<double>(after.blocks);
  const double variance = before.variance + after.variance;
  const double freedom =
      variance * variance / (before.variance * before.variance / (a - 1) + after.variance * after.variance / (b - 1));
  const std::array<Evidence, kWays> ways = {
      by_student(difference, variance, freedom, tolerance),
      by_student(difference, before.variance * (1 + a / b), a - 1, tolerance),
      by_student(difference, after.variance * (1 + b / a), b - 1, tolerance),
  };
  const auto p = [](const Evidence& one) { return std::min(one.p_more, one.p_less); };
  out = *std::min_element(ways.begin(), ways.end(), [&](const auto& x, const auto& y) { return p(x) < p(y); });
  out.p_more = std::min(1.0, kWays * out.p_more);
  out.p_less = std::min(1.0, kWays * out.p_less);
  return out;
}

std::vector<bool> reject(const std::vector<double>& p_values, double rate) {
  std::vector<double> sorted = p_values;
  std::sort(sorted.begin(), sorted.end());
  double bound = -1;
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    if (sorted[k] <= rate * static_cast<double>(k + 1) / static_cast<double>(sorted.size())) { bound = sorted[k]; }
  }
  std::vector<bool> out;
  for (const double p : p_values) { out.push_back(p <= bound); }
  return out;
}

double median(std::vector<double> values) {
  if (values.empty()) { return 0; }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) { return *middle; }
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace weir::reports::compare
