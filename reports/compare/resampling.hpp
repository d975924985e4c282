// The block bootstrap: what a run is made of is drawn again, with replacement, in blocks of time, because one second
// looks like the next one. Seeded: the same journals give the same numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "reports/compare/statistics.hpp"
#include "reports/measure/histogram.hpp"

namespace weir::reports::compare {

inline constexpr std::size_t kResamples = 500;

/// How often each block was drawn, for each resample.
using Draws = std::vector<std::vector<std::uint32_t>>;
Draws draw(std::size_t blocks, std::uint64_t seed, std::size_t resamples = kResamples);

/// Histograms of blocks, laid out so that a quantile of any of their sums is a search.
class BlockQuantiles {
 public:
  explicit BlockQuantiles(const std::vector<load::Histogram>& blocks);
  double samples() const { return samples_; }
  /// With each block taken so many times; linear within a bucket; 0 where that leaves no sample.
  double quantile(double q, const std::vector<std::uint32_t>& times) const;
  /// With each block once.
  double quantile(double q) const;

 private:
  double count_at(std::size_t bucket, const std::vector<std::uint32_t>& times) const;

  struct Bucket {
    double low, width;
  };
  std::vector<Bucket> buckets_;
  std::vector<std::vector<double>> cumulative_;  ///< Of each block, up to and with each bucket.
  double samples_ = 0;
};

/// The logarithm of a quantile with its variance; nullopt where it is 0 or too few blocks hold a sample.
std::optional<LogEstimate> log_quantile(const BlockQuantiles& blocks, double q, const Draws& draws);

/// The same of a sum over a sum: events over stream-hours.
std::optional<LogEstimate> log_ratio(const std::vector<double>& counts, const std::vector<double>& over,
                                     const Draws& draws);

}  // namespace weir::reports::compare
