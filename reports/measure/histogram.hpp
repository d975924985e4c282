// A log-linear histogram: 128 buckets to each power of two, so that a value is off by at most 1/256 of itself.
// Recording is a shift and an addition; histograms of many workers merge by addition, exactly; percentiles come from
// merged histograms only, never from other percentiles. Values are whole numbers, by convention nanoseconds.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weir::reports::load {

/// Of nanoseconds: a million streams together live through 2^64 of them in five hours.
__extension__ using WideSum = unsigned __int128;

class Histogram {
 public:
  static constexpr unsigned kSubBits = 7;
  static constexpr unsigned kSubBuckets = 1U << kSubBits;
  /// Values below 128 are exact and lie in row 0; row r > 0 holds [2^(r+6), 2^(r+7)).
  static constexpr unsigned kRows = 64 - kSubBits + 1;

  Histogram() = default;
  Histogram(const Histogram& other);
  Histogram& operator=(const Histogram& other);
  Histogram(Histogram&&) noexcept = default;
  Histogram& operator=(Histogram&&) noexcept = default;

  /// Allocates only where the value's power of two is the first of its kind.
  void record(std::uint64_t value) {
    const unsigned row = row_of(value);
    if (!rows_[row]) [[unlikely]] { add_row(row); }
    ++(*rows_[row])[slot_of(value, row)];
    ++count_;
    sum_ += value;
    if (value > max_) { max_ = value; }
    if (value < min_) { min_ = value; }
  }
  void record(std::uint64_t value, std::uint64_t times);

  void merge(const Histogram& other);
  /// Empties it and keeps its memory.
  void clear();

  std::uint64_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  std::uint64_t min() const { return count_ == 0 ? 0 : min_; }  ///< Exact.
  std::uint64_t max() const { return max_; }                    ///< Exact.
  double sum() const { return static_cast<double>(sum_); }
  double mean() const { return count_ == 0 ? 0 : sum() / static_cast<double>(count_); }
  /// The smallest recorded value's bucket middle v with at least `quantile` (0..1) of the samples <= v, within
  /// [min, max]; 0 where there is no sample.
  std::uint64_t quantile(double quantile) const;
  /// Samples whose bucket lies at or below `bound`, for cumulative classic buckets. A bucket that straddles the bound
  /// counts when its middle is at or below it: monotonic, and equal in every shard.
  std::uint64_t count_at_most(std::uint64_t bound) const;
  /// Calls `take(low, high, count)` for each bucket that holds a sample, in ascending order.
  template <class Take>
  void for_each_bucket(Take take) const {
    for (unsigned row = 0; row < kRows; ++row) {
      for (unsigned slot = 0; rows_[row] && slot < kSubBuckets; ++slot) {
        const std::uint64_t low = low_of(row, slot);
        if (const std::uint64_t count = (*rows_[row])[slot]; count > 0) { take(low, bucket_high(low), count); }
      }
    }
  }

  /// Calls `each(value, count)` for the middle of every bucket that holds samples, in order.
  template <class Each>
  void for_each(const Each& each) const {
    for (unsigned row = 0; row < kRows; ++row) {
      if (!rows_[row]) { continue; }
      for (unsigned slot = 0; slot < kSubBuckets; ++slot) {
        const std::uint64_t samples = (*rows_[row])[slot];
        if (samples != 0) { each(middle_of(row, slot), samples); }
      }
    }
  }

  /// Compact bytes for snapshots and journals; the same samples give the same bytes.
  void encode(std::string& out) const;
  /// Adds what `encode` wrote at the start of `bytes` and removes it from there; false for anything else (the histogram
  /// is then unspecified). Bounded by kRows * kSubBuckets whatever the bytes say.
  bool decode_and_merge(std::string_view& bytes);

  bool operator==(const Histogram& other) const;

  /// The least and the greatest value of the bucket of `value`.
  static std::uint64_t bucket_low(std::uint64_t value);
  static std::uint64_t bucket_high(std::uint64_t value);

 private:
  using Row = std::array<std::uint64_t, kSubBuckets>;
  static unsigned row_of(std::uint64_t value) {
    const unsigned width = static_cast<unsigned>(std::bit_width(value));
    return width <= kSubBits ? 0 : width - kSubBits;
  }
  static unsigned slot_of(std::uint64_t value, unsigned row) {
    return static_cast<unsigned>(row == 0 ? value : (value >> (row - 1)) - kSubBuckets) & (kSubBuckets - 1);
  }
  static std::uint64_t low_of(unsigned row, unsigned slot);
  static std::uint64_t middle_of(unsigned row, unsigned slot);
  void add_row(unsigned row);

  std::array<std::unique_ptr<Row>, kRows> rows_;
  std::uint64_t count_ = 0;
  WideSum sum_ = 0;
  std::uint64_t min_ = UINT64_MAX;
  std::uint64_t max_ = 0;
};

}  // namespace weir::reports::load
