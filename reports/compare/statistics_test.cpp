// The tests against their definitions, written out: sums over every outcome, and every subset where there are few.
#include "reports/compare/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "reports/compare/onset.hpp"
#include "reports/compare/resampling.hpp"

namespace weir::reports::compare {
namespace {

/// n over k times p^k (1-p)^(n-k), multiplied out.
double binomial(int n, int k, double p) {
  double out = 1;
  for (int i = 0; i < k; ++i) { out *= static_cast<double>(n - i) / (i + 1) * p; }
  return out * std::pow(1 - p, n - k);
}

double tail(int n, int from, int to, double p) {
  double sum = 0;
  for (int k = from; k <= to; ++k) { sum += binomial(n, k, p); }
  return sum;
}

TEST(CompareCounts, is_the_sum_over_all_outcomes_as_extreme) {
  for (int a = 0; a <= 12; ++a) {
    for (int b = 0; b <= 12; ++b) {
      for (const double over : {0.5, 1.0, 3.0}) {
        for (const double tolerance : {1.0, 1.05, 2.0}) {
          if (a + b == 0) { continue; }
          const Evidence found = compare_counts(a, 1, b, over, tolerance);
          const double up = tolerance * over / (1 + tolerance * over), down = over / tolerance / (1 + over / tolerance);
          EXPECT_NEAR(found.p_more, tail(a + b, b, a + b, up), 1e-9) << a << " " << b;
          EXPECT_NEAR(found.p_less, tail(a + b, 0, b, down), 1e-9) << a << " " << b;
        }
      }
    }
  }
}

TEST(CompareCounts, gives_limits_at_which_what_was_seen_is_just_possible) {
  const double each = (1 - kConfidence) / 2;
  for (const auto& [a, b] : {std::pair{3, 9}, {10, 10}, {1, 7}, {20, 4}}) {
    const Evidence found = compare_counts(a, 2, b, 5, 1);
    const auto share = [](double ratio) { return ratio * 5 / (2 + ratio * 5); };
    EXPECT_NEAR(tail(a + b, b, a + b, share(found.low)), each, 1e-6);
    EXPECT_NEAR(tail(a + b, 0, b, share(found.high)), each, 1e-6);
    EXPECT_NEAR(found.ratio, (b / 5.0) / (a / 2.0), 1e-12);
  }
}

TEST(CompareCounts, says_nothing_of_nothing) {
  EXPECT_EQ(compare_counts(0, 1, 0, 1, 1).p_more, 1);
  EXPECT_EQ(compare_counts(0, 0, 5, 1, 1).p_more, 1);
  EXPECT_TRUE(std::isinf(compare_counts(0, 1, 5, 1, 1).ratio));
  EXPECT_EQ(compare_counts(5, 1, 0, 1, 1).low, 0);
}

/// Student's t by Simpson's rule over its density.
double t_above(double t, double freedom) {
  const double scale =
      std::exp(std::lgamma((freedom + 1) / 2) - std::lgamma(freedom / 2)) / std::sqrt(freedom * std::acos(-1.0));
  const auto density = [&](double x) { return scale * std::pow(1 + x * x / freedom, -(freedom + 1) / 2); };
  const int steps = 20000;
  const double width = t / steps;
  double sum = density(0) + density(t);
  for (int i = 1; i < steps; ++i) { sum += density(i * width) * (i % 2 == 1 ? 4 : 2); }
  return 0.5 - sum * width / 3;
}

struct Student {
  double more, less;
};
Student student(double difference, double variance, double freedom, double tolerance) {
  return {t_above((difference - std::log(tolerance)) / std::sqrt(variance), freedom),
          1 - t_above((difference + std::log(tolerance)) / std::sqrt(variance), freedom)};
}

TEST(CompareLogs, is_the_clearest_of_three_tests_and_pays_for_three) {
  const double kBefore = 0.0004, kAfter = 0.0009;
  for (const double ratio : {0.8, 1.0, 1.04, 1.2}) {
    const double difference = std::log(ratio), both = kBefore + kAfter;
    const Evidence found = compare_logs({0, kBefore, 10}, {difference, kAfter, 20}, 1.05);
    const Student ways[] = {
        student(difference, both, both * both / (kBefore * kBefore / 9 + kAfter * kAfter / 19), 1.05),
        student(difference, kBefore * 1.5, 9, 1.05), student(difference, kAfter * 3, 19, 1.05)};
    double least = 1;
    for (const Student& way : ways) { least = std::min({least, way.more, way.less}); }
    EXPECT_NEAR(std::min(found.p_more, found.p_less), std::min(1.0, 3 * least), 1e-7) << ratio;
    EXPECT_NEAR(found.ratio, ratio, 1e-12);
    EXPECT_NEAR(found.high * found.low, ratio * ratio, 1e-9);
  }
}

TEST(CompareLogs, finds_what_changed_half_way_through_a_run) {
  // The blocks of the later run are of two kinds, and so its mean is known badly by itself.
  const Evidence found = compare_logs({0, 0.0001, 10}, {std::log(0.3), 0.4, 10}, 1.05);
  EXPECT_LT(found.p_less, 1e-6);
  EXPECT_LT(found.high, 1);
}

TEST(BenjaminiHochberg, rejects_the_most_hypotheses_that_the_definition_allows) {
  std::mt19937_64 random(7);
  for (int trial = 0; trial < 2000; ++trial) {
    std::vector<double> p_values(1 + random() % 8);
    for (double& p : p_values) { p = std::pow(static_cast<double>(random() % 1000) / 1000, 3); }
    const double rate = 0.05;
    // The largest k for which k of them are at most k / m times the rate.
    std::size_t most = 0;
    for (std::size_t k = 1; k <= p_values.size(); ++k) {
      const double bound = rate * static_cast<double>(k) / static_cast<double>(p_values.size());
      std::size_t below = 0;
      for (const double p : p_values) { below += p <= bound ? 1 : 0; }
      if (below >= k) { most = k; }
    }
    const double bound = rate * static_cast<double>(most) / static_cast<double>(p_values.size());
    const std::vector<bool> found = reject(p_values, rate);
    for (std::size_t i = 0; i < p_values.size(); ++i) { EXPECT_EQ(found[i], most > 0 && p_values[i] <= bound); }
  }
}

std::vector<load::Histogram> random_blocks(std::size_t blocks, std::mt19937_64& random,
                                           std::vector<std::vector<double>>& raw) {
  std::lognormal_distribution<double> times(std::log(20e6), 0.5);
  std::vector<load::Histogram> out(blocks);
  raw.assign(blocks, {});
  for (std::size_t i = 0; i < blocks; ++i) {
    for (std::size_t n = 20 + random() % 200; n > 0; --n) {
      const auto value = static_cast<std::uint64_t>(times(random));
      out[i].record(value);
      raw[i].push_back(static_cast<double>(value));
    }
  }
  return out;
}

/// The value with a share q of all samples at or below it, out of a sorted vector.
double quantile_of(std::vector<double> samples, double q) {
  std::sort(samples.begin(), samples.end());
  return samples[std::min(samples.size() - 1, static_cast<std::size_t>(q * static_cast<double>(samples.size())))];
}

TEST(BlockQuantiles, are_those_of_the_samples_that_were_drawn) {
  std::mt19937_64 random(3);
  std::vector<std::vector<double>> raw;
  const BlockQuantiles blocks(random_blocks(9, random, raw));
  for (const auto& times : draw(9, 5, 40)) {
    std::vector<double> drawn;
    for (std::size_t i = 0; i < times.size(); ++i) {
      for (std::uint32_t n = 0; n < times[i]; ++n) { drawn.insert(drawn.end(), raw[i].begin(), raw[i].end()); }
    }
    for (const double q : {0.5, 0.9, 0.99}) {
      // A bucket, and the next sample: 200 of them lie about a median.
      EXPECT_NEAR(blocks.quantile(q, times) / quantile_of(drawn, q), 1, 0.03) << q;
    }
  }
}

TEST(BlockQuantiles, vary_as_much_as_the_bootstrap_of_the_samples_does) {
  std::mt19937_64 random(4);
  std::vector<std::vector<double>> raw;
  const BlockQuantiles blocks(random_blocks(12, random, raw));
  const Draws draws = draw(12, 9);
  const auto found = log_quantile(blocks, 0.9, draws);
  ASSERT_TRUE(found);
  std::vector<double> logs;
  for (const auto& times : draws) {
    std::vector<double> drawn;
    for (std::size_t i = 0; i < times.size(); ++i) {
      for (std::uint32_t n = 0; n < times[i]; ++n) { drawn.insert(drawn.end(), raw[i].begin(), raw[i].end()); }
    }
    logs.push_back(std::log(quantile_of(drawn, 0.9)));
  }
  double mean = 0, squares = 0;
  for (const double one : logs) { mean += one / static_cast<double>(logs.size()); }
  for (const double one : logs) { squares += (one - mean) * (one - mean) / static_cast<double>(logs.size() - 1); }
  EXPECT_NEAR(std::sqrt(found->variance) / std::sqrt(squares * 12 / 11), 1, 0.1);
}

TEST(BlockQuantiles, have_no_answer_where_there_is_no_sample) {
  const BlockQuantiles none(std::vector<load::Histogram>(10));
  EXPECT_EQ(none.quantile(0.5), 0);
  EXPECT_FALSE(log_quantile(none, 0.5, draw(10, 1)));
  EXPECT_FALSE(log_ratio(std::vector<double>(10, 0), std::vector<double>(10, 1), draw(10, 1)));
}

TEST(Onset, is_the_stretch_with_the_greatest_likelihood) {
  std::mt19937_64 random(11);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<double> counts, expected;
    for (int i = 0; i < 9; ++i) {
      counts.push_back(static_cast<double>(random() % 20));
      expected.push_back(static_cast<double>(1 + random() % 10));
    }
    for (const bool more : {true, false}) {
      double best = 0;
      for (std::size_t from = 0; from < counts.size(); ++from) {
        for (std::size_t to = from + 1; to <= counts.size(); ++to) {
          double c = 0, e = 0;
          for (std::size_t i = from; i < to; ++i) { c += counts[i], e += expected[i]; }
          if (more ? c > e : c < e) { best = std::max(best, (c > 0 ? c * std::log(c / e) : 0) + e - c); }
        }
      }
      EXPECT_NEAR(find_onset(counts, expected, more).strength, best, 1e-9);
    }
  }
  const Onset late = find_onset({1, 2, 1, 2, 9, 8, 9, 2}, std::vector<double>(8, 1.5), true);
  EXPECT_EQ(late.from, 4U);
  EXPECT_EQ(late.to, 7U);
  const Onset silent = find_onset({9, 9, 9, 0, 0, 0}, std::vector<double>(6, 9), false);
  EXPECT_EQ(silent.from, 3U);
  EXPECT_EQ(silent.to, 6U);
}

}  // namespace
}  // namespace weir::reports::compare
