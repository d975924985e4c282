// The tests by which two runs are told apart. Each answers with one-sided probabilities: so large a difference would be
// seen so seldom if the truth lay within the tolerance.
#pragma once

#include <cstdint>
#include <vector>

namespace weir::reports::compare {

/// How probable what was seen is, if the truth is no worse (no better) than the tolerance allows.
struct Evidence {
  double ratio = 1;          ///< After over before; infinite where there was nothing before.
  double low = 0, high = 0;  ///< Between them the ratio lies with kConfidence.
  double p_more = 1;         ///< That it is beyond the tolerance upwards, by chance.
  double p_less = 1;         ///< Downwards.
};
inline constexpr double kConfidence = 0.99;

/// Counts with what they are counted over (stream-hours, attempts): exact, by the binomial distribution of one of two
/// Poisson counts given their sum (Przyborowski and Wilenski 1940); limits by Clopper and Pearson. For shares of
/// attempts it errs on the side of saying nothing. `tolerance` is a ratio above 1.
Evidence compare_counts(std::uint64_t before, double before_over, std::uint64_t after, double after_over,
                        double tolerance);

/// Logarithms with the variance of each, by Student's t in three ways, of which the clearest counts: as both vary
/// (Welch), and as the one or the other does. What changes half-way through a run makes its blocks unlike each other:
/// by its own variation nothing would ever be found in it, by that of the steadier run it is.
struct LogEstimate {
  double value = 0;
  double variance = 0;
  std::size_t blocks = 0;  ///< The variance was made of.
};
Evidence compare_logs(const LogEstimate& before, const LogEstimate& after, double tolerance);

double median(std::vector<double> values);  ///< 0 of none.

/// Which of the hypotheses are rejected at a false-discovery rate of `rate` (Benjamini and Hochberg 1995).
std::vector<bool> reject(const std::vector<double>& p_values, double rate);

}  // namespace weir::reports::compare
