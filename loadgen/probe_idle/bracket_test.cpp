#include "loadgen/probe_idle/bracket.hpp"

#include <gtest/gtest.h>

#include "loadgen/probe_idle/known_hops.hpp"

namespace weir::loadgen::idle {
namespace {

TEST(Bracket, of_a_minute_is_59_alive_and_61_dead) {
  EXPECT_EQ(bracket_around(60.003, 60.2, 1), (Bracket{59, 61}));
  EXPECT_EQ(bracket_around(59.998, 60.003, 1), (Bracket{59, 61}));
  EXPECT_EQ(bracket_around(60, 60, 1), (Bracket{59, 61}));
}

TEST(Bracket, holds_what_was_seen_with_half_a_step_to_spare) {
  for (double low = 0.03; low < 5; low += 0.0371) {
    for (const double width : {0.0, 0.01, 0.4}) {
      const Bracket bracket = bracket_around(low, low + width, 0.1);
      EXPECT_LE(bracket.alive_s, low - 0.05 < 0 ? 0 : low - 0.0499);
      EXPECT_GE(bracket.dead_s, low + width + 0.0499);
      EXPECT_LE(bracket.dead_s - bracket.alive_s, width + 0.3001);
    }
  }
}

TEST(Bracket, is_never_alive_before_nothing) { EXPECT_EQ(bracket_around(0.1, 0.1, 1), (Bracket{0, 1})); }

TEST(Search, divides_a_bracket_until_it_is_narrow) {
  const Precision precision{1, 0.02};
  Bracket bracket{301, 351};
  const double truth = 333.3;
  int rounds = 0;
  for (; !narrow_enough(bracket, precision); ++rounds) {
    ASSERT_LT(rounds, 10);
    for (const double wait : waits_within(bracket, 4, precision)) {
      ASSERT_GT(wait, bracket.alive_s);
      ASSERT_LE(wait, 351);
      (wait < truth ? bracket.alive_s : bracket.dead_s) = wait;
      if (wait >= truth) { break; }
    }
  }
  EXPECT_LT(bracket.alive_s, truth);
  EXPECT_GT(bracket.dead_s, truth);
  EXPECT_LE(rounds, 2);
}

TEST(Search, asks_for_nothing_within_a_narrow_bracket) {
  EXPECT_TRUE(waits_within({59, 60}, 8, {1, 0.02}).empty());
  EXPECT_EQ(waits_within({59, 61}, 8, {1, 0}), std::vector<double>{60});
  EXPECT_EQ(waits_within({0, 100}, 3, {1, 0}), (std::vector<double>{25, 50, 75}));
}

TEST(KnownHops, match_the_bracket_around_their_value_alone) {
  for (const KnownHop& hop : known_hops()) {
    for (const double seen : {hop.seconds - 0.004, hop.seconds, hop.seconds + 0.3}) {
      const auto found = matching_hops(bracket_around(seen, seen, 1), hop.counts, 1);
      EXPECT_TRUE(std::find(found.begin(), found.end(), hop) != found.end()) << hop.name << " at " << seen;
      for (const KnownHop& other : found) {
        EXPECT_EQ(other.seconds, hop.seconds) << hop.name << " and " << other.name;
      }
    }
  }
}

TEST(KnownHops, are_scaled_as_the_schedule_is) {
  const auto found = matching_hops({0.59, 0.61}, Counts::silence, 0.01);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front().seconds, 60);
  EXPECT_TRUE(matching_hops({0.59, 0.61}, Counts::silence, 1).empty());
}

TEST(KnownHops, of_one_value_are_said_in_one_breath) {
  EXPECT_EQ(describe(matching_hops({59, 61}, Counts::silence, 1)),
            "a 60 s hop: ALB idle_timeout, nginx proxy_read_timeout");
  EXPECT_EQ(describe({{30, Counts::silence, "a"}, {31, Counts::age, "b"}}), "a 30 s hop: a; or a 31 s hop: b");
  EXPECT_EQ(describe({}), "");
}

TEST(KnownHops, ascend) {
  const auto hops = known_hops();
  EXPECT_TRUE(
      std::is_sorted(hops.begin(), hops.end(), [](const auto& a, const auto& b) { return a.seconds < b.seconds; }));
}

}  // namespace
}  // namespace weir::loadgen::idle
