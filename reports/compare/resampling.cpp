#include "reports/compare/resampling.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

namespace weir::reports::compare {
namespace {

/// A value is known to a 256th of itself: evenly spread, that is the variance of its logarithm.
constexpr double kBucketVariance = 1.0 / 128 / 128 / 12;

/// Of resamples of n blocks: too small by (n - 1) / n, as the variance of a sample is before it is corrected.
std::optional<LogEstimate> estimate_of(double value, const std::vector<double>& logs, std::size_t blocks) {
  if (logs.size() < kResamples / 2 || blocks < 2) { return std::nullopt; }
  const double mean = std::accumulate(logs.begin(), logs.end(), 0.0) / static_cast<double>(logs.size());
  double squares = 0;
  for (const double one : logs) { squares += (one - mean) * (one - mean); }
  const double variance = squares / static_cast<double>(logs.size() - 1);
  return LogEstimate{std::log(value), variance * static_cast<double>(blocks) / static_cast<double>(blocks - 1), blocks};
}

}  // namespace

Draws draw(std::size_t blocks, std::uint64_t seed, std::size_t resamples) {
  std::mt19937_64 random(seed);
  Draws out(resamples, std::vector<std::uint32_t>(blocks));
  for (auto& times : out) {
    for (std::size_t i = 0; i < blocks; ++i) { ++times[random() % blocks]; }
  }
  return out;
}

BlockQuantiles::BlockQuantiles(const std::vector<load::Histogram>& blocks) {
  std::map<std::uint64_t, std::uint64_t> bounds;
  for (const load::Histogram& block : blocks) {
    block.for_each_bucket([&](std::uint64_t low, std::uint64_t high, std::uint64_t) { bounds[low] = high; });
  }
  std::map<std::uint64_t, std::size_t> index;
  for (const auto& [low, high] : bounds) {
    index[low] = buckets_.size();
    buckets_.push_back({static_cast<double>(low), static_cast<double>(high - low) + 1});
  }
  for (const load::Histogram& block : blocks) {
    std::vector<double>& counts = cumulative_.emplace_back(buckets_.size());
    block.for_each_bucket([&](std::uint64_t low, std::uint64_t, std::uint64_t count) {
      counts[index[low]] = static_cast<double>(count);
    });
    std::partial_sum(counts.begin(), counts.end(), counts.begin());
    samples_ += static_cast<double>(block.count());
  }
}

double BlockQuantiles::count_at(std::size_t bucket, const std::vector<std::uint32_t>& times) const {
  double sum = 0;
  for (std::size_t i = 0; i < times.size(); ++i) { sum += times[i] * cumulative_[i][bucket]; }
  return sum;
}

double BlockQuantiles::quantile(double q, const std::vector<std::uint32_t>& times) const {
  if (buckets_.empty()) { return 0; }
  const double rank = q * count_at(buckets_.size() - 1, times);
  if (rank <= 0) { return 0; }
  std::size_t first = 0, last = buckets_.size() - 1;
  while (first < last) {
    const std::size_t middle = (first + last) / 2;
    if (count_at(middle, times) >= rank) {
      last = middle;
    } else {
      first = middle + 1;
    }
  }
  const double below = first == 0 ? 0 : count_at(first - 1, times);
  const double within = count_at(first, times) - below;
  return buckets_[first].low + buckets_[first].width * (within > 0 ? (rank - below) / within : 1);
}

double BlockQuantiles::quantile(double q) const {
  return quantile(q, std::vector<std::uint32_t>(cumulative_.size(), 1));
}

std::optional<LogEstimate> log_quantile(const BlockQuantiles& blocks, double q, const Draws& draws) {
  const double value = blocks.quantile(q);
  if (value <= 0 || draws.empty()) { return std::nullopt; }
  std::vector<double> logs;
  for (const auto& times : draws) {
    if (const double one = blocks.quantile(q, times); one > 0) { logs.push_back(std::log(one)); }
  }
  auto estimate = estimate_of(value, logs, draws.front().size());
  if (estimate) { estimate->variance += kBucketVariance; }
  return estimate;
}

std::optional<LogEstimate> log_ratio(const std::vector<double>& counts, const std::vector<double>& over,
                                     const Draws& draws) {
  const double count = std::accumulate(counts.begin(), counts.end(), 0.0);
  const double whole = std::accumulate(over.begin(), over.end(), 0.0);
  if (count <= 0 || whole <= 0 || draws.empty()) { return std::nullopt; }
  std::vector<double> logs;
  for (const auto& times : draws) {
    const double part = std::inner_product(counts.begin(), counts.end(), times.begin(), 0.0);
    const double all = std::inner_product(over.begin(), over.end(), times.begin(), 0.0);
    if (part > 0 && all > 0) { logs.push_back(std::log(part / all)); }
  }
  auto estimate = estimate_of(count / whole, logs, counts.size());
  // Without any spread, as of a count that is the same each second, one in the whole is what may be missed.
  if (estimate) { estimate->variance += 1 / (count * count) + 1e-8; }
  return estimate;
}

}  // namespace weir::reports::compare
