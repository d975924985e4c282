#include "loadgen/supervise/seconds.hpp"

#include <gtest/gtest.h>

namespace weir::loadgen {
namespace {

using namespace reports::load;

constexpr std::int64_t kTick = 1'000;
const Layout kLayout{{{"streams", {}}}};

Snapshot report(std::int64_t at_ns, std::uint64_t events, std::int64_t open, std::uint32_t phase = 0) {
  Snapshot made(kLayout);
  made.at_ns = at_ns;
  made.span_ns = kTick;
  made.phase = phase;
  made.populations[0][Counter::events] = events;
  made.populations[0][Gauge::streams_open] = open;
  return made;
}

std::uint64_t events(const Snapshot& snapshot) { return snapshot.populations[0][Counter::events]; }
std::int64_t open(const Snapshot& snapshot) { return snapshot.populations[0][Gauge::streams_open]; }

TEST(Seconds, waits_for_everybody) {
  Seconds seconds(kLayout, 2, kTick);
  EXPECT_FALSE(seconds.next(0));
  seconds.report(0, report(kTick, 3, 10));
  EXPECT_FALSE(seconds.next(kTick + 1));
  seconds.report(1, report(kTick, 4, 11));
  const auto second = seconds.next(kTick + 1);
  ASSERT_TRUE(second);
  EXPECT_EQ(events(*second), 7u);
  EXPECT_EQ(open(*second), 21);
  EXPECT_EQ(second->at_ns, kTick);
  EXPECT_EQ(second->span_ns, kTick);
  EXPECT_FALSE(seconds.next(kTick + 1));
}

TEST(Seconds, does_not_wait_for_ever_and_loses_nothing_that_comes_late) {
  Seconds seconds(kLayout, 2, kTick);
  seconds.report(0, report(kTick, 1, 10));
  seconds.report(1, report(kTick, 1, 5));
  ASSERT_TRUE(seconds.next(kTick));
  seconds.report(0, report(2 * kTick, 1, 10));
  EXPECT_FALSE(seconds.next(3 * kTick));
  const auto second = seconds.next(4 * kTick);
  ASSERT_TRUE(second);
  EXPECT_EQ(open(*second), 15);  // What is known of the silent one still stands.
  // Both what it missed and the second under way come at last.
  seconds.report(1, report(2 * kTick, 100, 4));
  seconds.report(1, report(3 * kTick, 1, 6));
  seconds.report(0, report(3 * kTick, 1, 10));
  const auto third = seconds.next(3 * kTick);
  ASSERT_TRUE(third);
  EXPECT_EQ(events(*third), 102u);
  EXPECT_EQ(open(*third), 16);
}

TEST(Seconds, give_out_every_second_even_where_nobody_speaks) {
  Seconds seconds(kLayout, 1, kTick);
  const auto first = seconds.next(5 * kTick);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->at_ns, kTick);
  const auto second = seconds.next(5 * kTick);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->at_ns, 2 * kTick);
}

TEST(Seconds, count_the_streams_of_a_lost_worker_in_the_next_second) {
  Seconds seconds(kLayout, 2, kTick);
  seconds.report(0, report(kTick, 0, 10));
  seconds.report(1, report(kTick, 0, 7));
  ASSERT_TRUE(seconds.next(kTick));
  EXPECT_EQ(seconds.lost(1), 7);
  EXPECT_EQ(seconds.lost(1), 0);  // Once.
  seconds.report(0, report(2 * kTick, 0, 10));
  const auto second = seconds.next(2 * kTick);
  ASSERT_TRUE(second);
  EXPECT_EQ(open(*second), 10);
  EXPECT_EQ(second->populations[0].ends[static_cast<std::size_t>(EndReason::worker_lost)], 7u);
}

TEST(Seconds, put_the_rest_of_all_workers_together) {
  Seconds seconds(kLayout, 2, kTick);
  seconds.report(0, report(kTick / 2, 1, 0));
  seconds.gone(0);
  seconds.report(1, report(kTick / 4, 2, 0));
  seconds.gone(1);
  auto rest = seconds.next(kTick);
  if (!rest) { rest = seconds.rest(); }
  ASSERT_TRUE(rest);
  EXPECT_EQ(events(*rest), 3u);
  EXPECT_EQ(rest->at_ns, kTick / 2);
  EXPECT_FALSE(seconds.rest());
}

TEST(Seconds, tell_of_lost_streams_even_after_the_last_second) {
  Seconds seconds(kLayout, 1, kTick);
  seconds.report(0, report(kTick, 0, 3));
  ASSERT_TRUE(seconds.next(kTick));
  seconds.lost(0);
  const auto rest = seconds.rest();
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->populations[0].ends[static_cast<std::size_t>(EndReason::worker_lost)], 3u);
}

TEST(Seconds, bring_the_supervisors_own_numbers_once) {
  Seconds seconds(kLayout, 1, kTick);
  seconds.own().populations[0][Counter::tokens_refreshed] = 1;
  seconds.report(0, report(kTick, 0, 0));
  EXPECT_EQ(seconds.next(kTick)->populations[0][Counter::tokens_refreshed], 1u);
  seconds.report(0, report(2 * kTick, 0, 0));
  EXPECT_EQ(seconds.next(2 * kTick)->populations[0][Counter::tokens_refreshed], 0u);
}

}  // namespace
}  // namespace weir::loadgen
