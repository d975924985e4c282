#include "reports/judge/cut_off.hpp"

#include <gtest/gtest.h>

namespace weir::reports {
namespace {

TEST(Cluster, is_the_largest_group_within_the_tolerance) {
  const Cluster found = densest({{60.1}, {3}, {60.4}, {59.9}, {120}, {3.2}}, {1, 0.02});
  EXPECT_EQ(found.count, 3u);
  EXPECT_EQ(found.low, 59.9);
  EXPECT_EQ(found.high, 60.4);
  EXPECT_EQ(densest({}, {}).count, 0u);
}

TEST(Cluster, of_two_equal_ones_is_the_lower) { EXPECT_EQ(densest({{9}, {5}, {9.1}, {5.1}}, {1, 0}).low, 5); }

TEST(Cluster, tolerates_more_of_long_times) {
  EXPECT_EQ(densest({{350}, {355}}, {1, 0.02}).count, 2u);
  EXPECT_EQ(densest({{50}, {55}}, {1, 0.02}).count, 1u);
}

TEST(Cluster, counts_a_value_as_often_as_it_was_met) {
  const Cluster found = densest({{9, 2}, {30, 5}, {30.5, 4}, {60, 8}}, {1, 0});
  EXPECT_EQ(found.count, 9u);
  EXPECT_EQ(found.low, 30);
}

TEST(LivedThrough, is_as_long_a_silence_within_half_the_tolerance) {
  EXPECT_TRUE(lived_through(15, 15, {}));
  EXPECT_TRUE(lived_through(15.4, 15, {}));
  EXPECT_FALSE(lived_through(15.6, 15, {}));
  EXPECT_TRUE(lived_through(352, 350, {}));  // 2 % of minutes are seconds.
}

Ends ends(std::vector<Weighted> silences, std::vector<Weighted> ages, std::vector<Weighted> moments,
          double known_within_s = 0.1) {
  return {.silences = std::move(silences),
          .ages = std::move(ages),
          .moments = std::move(moments),
          .needed = 3,
          .known_within_s = known_within_s,
          .silence_refuted = [](const Cluster&) { return true; },
          .age_refuted = [](const Cluster&) { return false; }};
}

TEST(CutOff, is_none_where_streams_of_different_ages_ended_at_one_moment) {
  using Kind = CutOff::Kind;
  // Opened a quarter of a second apart: within the second that a cut-off is wanted to, the ages agree as well.
  EXPECT_EQ(judge_ends(ends({{.5}, {.6}, {.5}}, {{4.5}, {4.25}, {4}}, {{5}, {5.001}, {5}}), {}).kind,
            Kind::simultaneous);
  EXPECT_EQ(judge_ends(ends({{.5}, {.6}, {.5}}, {{4.5}, {4.5}, {4.501}}, {{5}, {5.25}, {5.5}}), {}).kind, Kind::age);
  EXPECT_EQ(judge_ends(ends({{.5}, {.6}, {.5}}, {{4.5}, {4.45}, {4.5}}, {{5}, {5}, {5}}), {}).kind, Kind::age)
      << "opened together: nothing tells";
  EXPECT_EQ(judge_ends(ends({{.5}, {.6}, {.5}}, {{4.5}, {4.25}, {4}}, {{5}, {5}, {5}}, 0), {}).kind, Kind::age)
      << "known to a second only";
}

}  // namespace
}  // namespace weir::reports
