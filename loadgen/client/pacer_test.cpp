#include "loadgen/client/pacer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace weir::loadgen {
namespace {

RC_GTEST_PROP(ShareOf, adds_up_and_never_shrinks, ()) {
  const auto total = *rc::gen::inRange<std::int64_t>(0, 10'000);
  const auto count = *rc::gen::inRange<std::uint32_t>(1, 200);
  std::int64_t sum = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    sum += share_of(total, i, count);
    RC_ASSERT(share_of(total + 1, i, count) >= share_of(total, i, count));
  }
  RC_ASSERT(sum == total);
}

TEST(Line, rises_and_falls) {
  const Line up{100, 1000, 0, 10};
  EXPECT_EQ(up.at(0), 0);
  EXPECT_EQ(up.at(199), 0);
  EXPECT_EQ(up.at(200), 1);
  EXPECT_EQ(up.at(1099), 9);
  EXPECT_EQ(up.at(1100), 10);
  EXPECT_EQ(up.at(INT64_MAX / 2), 10);
  EXPECT_EQ(up.reaches(0), 100);
  EXPECT_EQ(up.reaches(1), 200);
  EXPECT_EQ(up.reaches(10), 1100);
  const Line at_once{100, 0, 3, 8};
  EXPECT_EQ(at_once.at(99), 3);
  EXPECT_EQ(at_once.at(100), 8);
  EXPECT_EQ(at_once.reaches(8), 100);
  const Line down{0, 1000, 10, 0};
  EXPECT_EQ(down.at(99), 10);
  EXPECT_EQ(down.at(100), 9);
  EXPECT_EQ(down.reaches(9), 100);
}

RC_GTEST_PROP(Line, reaches_a_level_when_it_first_stands_there, ()) {
  const Line line{*rc::gen::inRange<std::int64_t>(0, 100), *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000),
                  *rc::gen::inRange<std::int64_t>(0, 4'000'000), *rc::gen::inRange<std::int64_t>(0, 4'000'000)};
  const auto [low, high] = std::minmax(line.from, line.to);
  const auto level = *rc::gen::inRange<std::int64_t>(low, high + 1);
  const std::int64_t ns = line.reaches(level);
  const auto reached = [&](std::int64_t at) { return line.from <= line.to ? at >= level : at <= level; };
  RC_ASSERT(ns >= line.start_ns && ns <= line.start_ns + line.over_ns);
  RC_ASSERT(reached(line.at(ns)));
  RC_ASSERT(ns == line.start_ns || !reached(line.at(ns - 1)));
}

/// All times before `until_ns`.
std::vector<std::int64_t> times_until(Arrivals& arrivals, std::int64_t until_ns) {
  std::vector<std::int64_t> times;
  for (; arrivals.next_ns() < until_ns; arrivals.take()) { times.push_back(arrivals.next_ns()); }
  return times;
}

std::vector<std::int64_t> merged(double per_second, Arrival process, std::uint32_t shares,
                                 const std::vector<std::pair<std::int64_t, double>>& scales, std::int64_t until_ns) {
  std::vector<std::int64_t> all;
  for (std::uint32_t share = 0; share < shares; ++share) {
    Arrivals arrivals(per_second, process, share, shares, 7);
    for (const auto& [at_ns, scale] : scales) {
      const std::vector<std::int64_t> times = times_until(arrivals, at_ns);
      all.insert(all.end(), times.begin(), times.end());
      arrivals.scale(at_ns, scale);
    }
    const std::vector<std::int64_t> times = times_until(arrivals, until_ns);
    all.insert(all.end(), times.begin(), times.end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

TEST(Arrivals, stand_still_until_they_are_started) {
  Arrivals arrivals(10, Arrival::uniform, 0, 1, 1);
  EXPECT_EQ(arrivals.next_ns(), INT64_MAX);
  arrivals.scale(5 * kSecond, 1);
  EXPECT_EQ(arrivals.next_ns(), 5 * kSecond);
  arrivals.take();
  EXPECT_EQ(arrivals.next_ns(), 5 * kSecond + 100 * kMillisecond);
}

RC_GTEST_PROP(Arrivals, are_the_same_whole_for_any_number_of_workers, ()) {
  const double per_second = *rc::gen::element(0.1, 1.0, 3.0, 16.0, 1000.0);
  const auto shares = *rc::gen::inRange<std::uint32_t>(1, 40);
  std::vector<std::pair<std::int64_t, double>> scales{{0, 1}};
  const int changes = *rc::gen::inRange(0, 4);
  for (int i = 0; i < changes; ++i) {
    scales.emplace_back(scales.back().first + *rc::gen::inRange<std::int64_t>(1, 2 * kSecond),
                        *rc::gen::element(0.0, 0.5, 1.0, 2.5));
  }
  const std::int64_t until_ns = scales.back().first + 2 * kSecond;
  RC_ASSERT(merged(per_second, Arrival::uniform, shares, scales, until_ns) ==
            merged(per_second, Arrival::uniform, 1, scales, until_ns));
}

TEST(Arrivals, come_exactly_at_the_rate) {
  for (const std::uint32_t shares : {1U, 3U, 7U}) {
    EXPECT_EQ(merged(100, Arrival::uniform, shares, {{0, 1}}, 10 * kSecond).size(), 1000u) << shares;
  }
}

TEST(Arrivals, keep_their_phase_when_the_rate_changes) {
  Arrivals arrivals(1, Arrival::uniform, 0, 1, 1);
  arrivals.scale(0, 1);
  arrivals.take();                 // The one at 0.
  arrivals.scale(kSecond / 2, 2);  // Half of the way to the next is left, at twice the rate.
  EXPECT_EQ(arrivals.next_ns(), kSecond * 3 / 4);
  arrivals.scale(kSecond * 5 / 8, 0);
  EXPECT_EQ(arrivals.next_ns(), INT64_MAX);
  arrivals.scale(100 * kSecond, 1);
  EXPECT_EQ(arrivals.next_ns(), 100 * kSecond + kSecond / 4);
}

TEST(Arrivals, leave_due_what_was_due_before_the_change) {
  Arrivals arrivals(10, Arrival::uniform, 0, 1, 1);
  arrivals.scale(0, 1);
  arrivals.scale(kSecond / 2, 0);  // Late: 0, 100 ... 400 ms were due and nobody took them.
  EXPECT_EQ(times_until(arrivals, INT64_MAX).size(), 5u);
  Arrivals ahead(10, Arrival::uniform, 0, 1, 1);
  ahead.scale(0, 1);
  ahead.scale(kSecond, 2);  // Told in advance.
  EXPECT_EQ(times_until(ahead, 2 * kSecond).size(), 30u);
}

TEST(Arrivals, of_a_poisson_process_come_at_the_rate_whatever_the_shares) {
  for (const std::uint32_t shares : {1U, 8U}) {
    const std::vector<std::int64_t> times = merged(1000, Arrival::poisson, shares, {{0, 1}}, 20 * kSecond);
    EXPECT_NEAR(static_cast<double>(times.size()), 20'000, 5 * std::sqrt(20'000.0)) << shares;
    // Exponential gaps: their standard deviation is their mean.
    double squares = 0;
    for (std::size_t i = 1; i < times.size(); ++i) {
      const double gap_ms = static_cast<double>(times[i] - times[i - 1]) / 1e6;
      squares += (gap_ms - 1) * (gap_ms - 1);
    }
    EXPECT_NEAR(std::sqrt(squares / static_cast<double>(times.size())), 1, 0.1) << shares;
  }
}

TEST(Arrivals, of_a_poisson_process_are_fixed_by_the_seed) {
  const auto times_of = [](std::uint32_t share, std::uint64_t seed) {
    Arrivals arrivals(100, Arrival::poisson, share, 4, seed);
    arrivals.scale(0, 1);
    return times_until(arrivals, 10 * kSecond);
  };
  EXPECT_EQ(times_of(0, 1), times_of(0, 1));
  EXPECT_NE(times_of(0, 1), times_of(0, 2));
  EXPECT_NE(times_of(0, 1), times_of(1, 1));
}

TEST(FullJitter, doubles_up_to_its_cap) {
  std::mt19937_64 random(1);
  for (std::uint32_t attempt = 0; attempt < 100; ++attempt) {
    const std::int64_t most = attempt < 5 ? kSecond << attempt : 30 * kSecond;
    std::int64_t longest = 0;
    for (int i = 0; i < 200; ++i) {
      const std::int64_t wait = full_jitter(kSecond, 30 * kSecond, attempt, random);
      ASSERT_GE(wait, 0);
      ASSERT_LT(wait, most);
      longest = std::max(longest, wait);
    }
    EXPECT_GT(longest, most * 9 / 10);
  }
  EXPECT_EQ(full_jitter(0, kSecond, 3, random), 0);
}

}  // namespace
}  // namespace weir::loadgen
