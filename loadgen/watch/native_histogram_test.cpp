#include "loadgen/watch/native_histogram.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <map>

namespace weir::loadgen {
namespace {

using reports::load::Histogram;

/// Index and count of each bucket that is told, as a reader of the format adds them up.
std::map<std::int64_t, std::int64_t> buckets_of(const NativeHistogram& native) {
  std::map<std::int64_t, std::int64_t> buckets;
  std::int64_t index = 0, count = 0;
  std::size_t at = 0;
  for (const auto& span : native.spans) {
    index += span.offset;
    for (std::uint32_t i = 0; i < span.length; ++i) {
      count += native.deltas.at(at++);
      buckets[index++] = count;
    }
  }
  EXPECT_EQ(at, native.deltas.size());
  return buckets;
}

double upper_bound(const NativeHistogram& native, std::int64_t index) {
  return std::exp2(std::ldexp(static_cast<double>(index), -native.schema));
}

TEST(NativeHistogram, of_no_sample_is_one_all_the_same) {
  const auto native = native_of(Histogram());
  EXPECT_GT(native.zero_threshold, 0);  // By which readers know what it is.
  EXPECT_TRUE(native.spans.empty());
  EXPECT_EQ(native.zero_count, 0U);
}

TEST(NativeHistogram, has_buckets_that_end_at_powers_of_two_seconds) {
  Histogram samples;
  samples.record(990'000'000);
  EXPECT_EQ(buckets_of(native_of(samples)), (std::map<std::int64_t, std::int64_t>{{0, 1}}));
  samples.clear();
  samples.record(1'980'000'000);
  EXPECT_EQ(buckets_of(native_of(samples)), (std::map<std::int64_t, std::int64_t>{{32, 1}}));
}

TEST(NativeHistogram, counts_what_is_nothing_in_the_zero_bucket) {
  Histogram samples;
  samples.record(0, 5);
  samples.record(1);
  samples.record(1'000'000);
  const auto native = native_of(samples);
  EXPECT_EQ(native.zero_count, 6U);
  EXPECT_EQ(buckets_of(native).size(), 1U);
}

TEST(NativeHistogram, fills_small_gaps_and_begins_a_span_behind_large_ones) {
  Histogram samples;
  for (const double octave : {0.0, 3.0 / 32, 1.0}) {  // A hair below bounds of buckets 0, 3 and 32.
    samples.record(static_cast<std::uint64_t>(std::exp2(octave) * 0.995e9), 7);
  }
  const auto native = native_of(samples);
  EXPECT_EQ(native.spans,
            (std::vector<NativeHistogram::Span>{{.offset = 0, .length = 4}, {.offset = 28, .length = 1}}));
  EXPECT_EQ(native.deltas, (std::vector<std::int64_t>{7, -7, 0, 7, 0}));
}

RC_GTEST_PROP(NativeHistogram, loses_nothing_and_is_off_by_no_more_than_its_buckets,
              (const std::vector<std::uint32_t>& nanos)) {
  Histogram samples;
  for (const std::uint32_t one : nanos) { samples.record(std::uint64_t{one} * 1'000); }
  const auto native = native_of(samples);
  std::int64_t total = static_cast<std::int64_t>(native.zero_count);
  for (const auto& [index, count] : buckets_of(native)) {
    RC_ASSERT(count >= 0);
    total += count;
  }
  RC_ASSERT(total == static_cast<std::int64_t>(samples.count()));
  if (buckets_of(native).empty()) { return; }
  const double highest = upper_bound(native, buckets_of(native).rbegin()->first);
  const double longest = static_cast<double>(samples.max()) / 1e9;
  RC_ASSERT(highest > longest * 0.99);
  RC_ASSERT(highest < longest * 1.04);
}

}  // namespace
}  // namespace weir::loadgen
