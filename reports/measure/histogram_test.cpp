#include "reports/measure/histogram.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace weir::reports::load {
namespace {

// The oracle: every sample kept, as no load generator should.
class Sorted {
 public:
  void record(std::uint64_t value) { values_.push_back(value); }
  std::uint64_t quantile(double q) {
    std::sort(values_.begin(), values_.end());
    const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values_.size())));
    return values_[std::max<std::size_t>(rank, 1) - 1];
  }

 private:
  std::vector<std::uint64_t> values_;
};

std::uint64_t spread_value(std::mt19937_64& random) { return random() >> (random() % 64); }

TEST(Histogram, finds_the_rank_of_a_percentile_that_is_no_binary_fraction) {
  for (const std::uint64_t thousands : {1U, 2U, 3U, 8U, 1'000U}) {
    Histogram histogram;
    histogram.record(1, 999 * thousands - 1);
    histogram.record(2);
    histogram.record(3, thousands);
    EXPECT_EQ(histogram.quantile(99.9 / 100), 2U) << thousands;
    EXPECT_EQ(histogram.quantile(0.999), 2U) << thousands;
    EXPECT_EQ(histogram.quantile(1), 3U) << thousands;
  }
}

TEST(Histogram, is_exact_below_one_hundred_and_twenty_eight) {
  for (std::uint64_t value = 0; value < 128; ++value) {
    Histogram one;
    one.record(value);
    EXPECT_EQ(one.quantile(0.5), value);
    EXPECT_EQ(Histogram::bucket_low(value), value);
    EXPECT_EQ(Histogram::bucket_high(value), value);
  }
}

TEST(Histogram, buckets_cover_every_value_once) {
  std::uint64_t low = 0;
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_EQ(Histogram::bucket_low(low), low);
    const std::uint64_t high = Histogram::bucket_high(low);
    ASSERT_GE(high, low);
    ASSERT_EQ(Histogram::bucket_low(high), low);
    if (high == UINT64_MAX) { return; }
    low = high + 1;
  }
  FAIL() << "the buckets do not reach the end";
}

TEST(Histogram, answers_quantiles_within_half_a_bucket_of_the_sorted_samples) {
  std::mt19937_64 random(7);
  Histogram histogram;
  Sorted sorted;
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t value = spread_value(random);
    histogram.record(value);
    sorted.record(value);
  }
  for (const double q : {0.0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
    const auto right = static_cast<double>(sorted.quantile(q));
    EXPECT_NEAR(static_cast<double>(histogram.quantile(q)), right, right / 256 + 1) << q;
  }
}

RC_GTEST_PROP(Histogram, merge_is_the_histogram_of_the_union,
              (const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b)) {
  Histogram left, right, both;
  for (const auto value : a) { left.record(value), both.record(value); }
  for (const auto value : b) { right.record(value), both.record(value); }
  left.merge(right);
  RC_ASSERT(left == both);
}

RC_GTEST_PROP(Histogram, decode_of_encode_is_the_histogram, ()) {
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
  Histogram histogram;
  for (int i = *rc::gen::inRange(0, 300); i > 0; --i) { histogram.record(spread_value(random), 1 + random() % 5); }
  std::string bytes;
  histogram.encode(bytes);
  Histogram again;
  std::string_view rest = bytes;
  RC_ASSERT(again.decode_and_merge(rest));
  RC_ASSERT(rest.empty());
  RC_ASSERT(again == histogram);
  // Cut anywhere it is refused: no proper prefix is a whole histogram.
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Histogram cut;
    std::string_view short_bytes = std::string_view(bytes).substr(0, size);
    RC_ASSERT(!cut.decode_and_merge(short_bytes));
  }
}

TEST(Histogram, refuses_bytes_that_no_histogram_wrote) {
  const auto refused = [](std::string_view bytes) {
    Histogram histogram;
    return !histogram.decode_and_merge(bytes);
  };
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused(std::string_view("\x01\x05\x05\x00\x05\x00", 6))) << "a bucket with no sample";
  EXPECT_TRUE(refused("\x01\x05\x05\x01\x05\x02")) << "more samples than the count";
  EXPECT_TRUE(refused("\x02\x05\x05\x01\xFF\xFF\x03\x02")) << "a bucket beyond the last";
  EXPECT_TRUE(refused("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F")) << "a number beyond 64 bits";
}

TEST(Histogram, counts_what_lies_at_or_below_a_bound) {
  Histogram histogram;
  for (const std::uint64_t seconds : {1, 5, 29, 30, 31, 60, 61}) { histogram.record(seconds * 1'000'000'000); }
  EXPECT_EQ(histogram.count_at_most(29'500'000'000), 3u);
  EXPECT_EQ(histogram.count_at_most(30'500'000'000), 4u);
  EXPECT_EQ(histogram.count_at_most(59'000'000'000), 5u);
  EXPECT_EQ(histogram.count_at_most(UINT64_MAX), 7u);
  EXPECT_EQ(histogram.count_at_most(0), 0u);
}

TEST(Histogram, keeps_exact_extremes_and_the_mean) {
  Histogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), 0u);
  EXPECT_EQ(histogram.min(), 0u);
  histogram.record(1'000'003);
  histogram.record(3'000'001, 3);
  EXPECT_EQ(histogram.count(), 4u);
  EXPECT_EQ(histogram.min(), 1'000'003u);
  EXPECT_EQ(histogram.max(), 3'000'001u);
  EXPECT_EQ(histogram.quantile(1), 3'000'001u);
  EXPECT_DOUBLE_EQ(histogram.mean(), (1'000'003 + 3 * 3'000'001.0) / 4);
  histogram.clear();
  EXPECT_TRUE(histogram == Histogram());
}

TEST(Histogram, sums_eight_hours_of_a_million_streams) {
  constexpr std::uint64_t kEightHours = 8ULL * 3600 * 1'000'000'000;
  Histogram half;
  half.record(kEightHours, 500'000);
  Histogram all = half;
  all.merge(half);
  EXPECT_DOUBLE_EQ(all.sum(), 8.0 * 3600 * 1e9 * 1e6);
  EXPECT_DOUBLE_EQ(all.mean(), static_cast<double>(kEightHours));
  std::string bytes;
  all.encode(bytes);
  Histogram read;
  std::string_view view = bytes;
  ASSERT_TRUE(read.decode_and_merge(view));
  EXPECT_TRUE(read == all);
  EXPECT_TRUE(view.empty());
}

TEST(Histogram, refuses_a_sum_beyond_128_bits) {
  std::string bytes("\x01", 1);
  bytes += std::string(18, '\xFF');
  for (const auto& [last, is_one] : {std::pair('\x03', true), std::pair('\x04', false), std::pair('\x83', false)}) {
    const std::string whole = bytes + last + std::string("\x05\x00\x05\x01", 4);
    std::string_view view = whole;
    EXPECT_EQ(Histogram().decode_and_merge(view), is_one) << static_cast<int>(last);
  }
}

TEST(Histogram, names_its_filled_buckets_in_order) {
  Histogram histogram;
  histogram.record(1'000'000);
  histogram.record(3, 2);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> seen;
  histogram.for_each([&](std::uint64_t value, std::uint64_t count) { seen.emplace_back(value, count); });
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0], std::pair(std::uint64_t{3}, std::uint64_t{2}));
  EXPECT_EQ(seen[1].second, 1U);
  EXPECT_NEAR(static_cast<double>(seen[1].first), 1e6, 1e6 / 256);
}

}  // namespace
}  // namespace weir::reports::load
