#include "loadgen/client/reconnect.hpp"

#include <gtest/gtest.h>

#include <set>

#include "loadgen/limits.hpp"

namespace weir::loadgen {
namespace {

constexpr std::int64_t kNow = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT, RFC 9110's example.

TEST(RetryAfter, takes_seconds) {
  EXPECT_EQ(parse_retry_after("0", kNow), 0);
  EXPECT_EQ(parse_retry_after("7", kNow), 7 * kSecond);
  EXPECT_EQ(parse_retry_after(" 7 ", kNow), 7 * kSecond);
}

TEST(RetryAfter, takes_all_three_forms_of_a_date) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:47 GMT", kNow), 10 * kSecond);
  EXPECT_EQ(parse_retry_after("Sunday, 06-Nov-94 08:49:47 GMT", kNow), 10 * kSecond);
  EXPECT_EQ(parse_retry_after("Sun Nov  6 08:49:47 1994", kNow), 10 * kSecond);
}

TEST(RetryAfter, a_date_that_has_passed_means_now) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", kNow), 0);
}

TEST(RetryAfter, is_cut_to_its_limit) {
  const Nanos most = std::chrono::nanoseconds(limits::kRetryAfterMost).count();
  EXPECT_EQ(parse_retry_after("86400", kNow), most);
  EXPECT_EQ(parse_retry_after("99999999999999999999999999", kNow), most);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 2044 08:49:37 GMT", kNow), most);
}

TEST(RetryAfter, is_nothing_else) {
  for (const char* value : {"", "-1", "1.5", "soon", "Sun, 06 Nov 1994 08:49:37 CET", "7 s"}) {
    EXPECT_EQ(parse_retry_after(value, kNow), std::nullopt) << value;
  }
}

struct Comebacks : ::testing::Test {
  std::pair<Nanos, Nanos> range(const Comeback& comeback) {
    Nanos least = INT64_MAX;
    Nanos most = 0;
    for (int i = 0; i < 2'000; ++i) {
      const Nanos delay = comeback_delay(plan, comeback, random);
      least = std::min(least, delay);
      most = std::max(most, delay);
    }
    return {least, most};
  }
  Reconnect plan;
  std::mt19937_64 random{7};
};

TEST_F(Comebacks, spread_over_the_whole_of_a_growing_span) {
  for (std::uint32_t attempt = 0; attempt < 4; ++attempt) {
    const Nanos span = plan.base << attempt;
    const auto [least, most] = range({.attempt = attempt});
    EXPECT_LT(least, span / 20);
    EXPECT_GT(most, span - span / 20);
    EXPECT_LT(most, span);
  }
}

TEST_F(Comebacks, the_span_grows_no_further_than_its_cap) {
  EXPECT_LT(range({.attempt = 10}).second, plan.cap);
  EXPECT_LT(range({.attempt = UINT32_MAX}).second, plan.cap);
}

TEST_F(Comebacks, wait_for_the_servers_retry_and_jitter_behind_it) {
  const auto [least, most] = range({.retry = 3 * kSecond});
  EXPECT_GE(least, 3 * kSecond);
  EXPECT_LT(most, 6 * kSecond);
  EXPECT_GT(most, 5 * kSecond);
}

TEST_F(Comebacks, a_retry_of_nothing_is_no_flood) {
  EXPECT_LT(range({.retry = 0}).second, kSecond);
  EXPECT_GT(range({.attempt = 8, .retry = 0}).second, kSecond);
}

TEST_F(Comebacks, a_retry_is_cut_to_its_limit) {
  EXPECT_LE(range({.retry = 3'600 * kSecond}).second, std::chrono::nanoseconds(limits::kRetryMost).count() + plan.cap);
}

TEST_F(Comebacks, wait_for_retry_after_and_not_all_at_once) {
  const auto [least, most] = range({.retry = 3 * kSecond, .retry_after = 10 * kSecond});
  EXPECT_GE(least, 10 * kSecond);
  EXPECT_LT(most, 11 * kSecond);
  std::set<Nanos> moments;
  for (int i = 0; i < 100; ++i) { moments.insert(comeback_delay(plan, {.retry_after = kSecond}, random)); }
  EXPECT_GT(moments.size(), 90U);
}

}  // namespace
}  // namespace weir::loadgen
