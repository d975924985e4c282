#include "loadgen/supervise/wall_clock.hpp"

#include <gtest/gtest.h>

#include "wire/base/duration.hpp"

namespace weir::loadgen {
namespace {

using wire::kMillisecond;
using wire::kSecond;

struct WallClockTest : ::testing::Test {
  std::int64_t wall_ns = 1'700'000'000 * kSecond;
  std::int64_t monotonic_ns = 5 * kSecond;
  std::int64_t kept_ns = 0;  ///< From one reading to the next.
  WallClock clock{[this] { return wall_ns; }, [this] { return monotonic_ns += kept_ns; }};

  void pass(std::int64_t ns) {
    wall_ns += ns;
    monotonic_ns += ns;
  }
};

TEST_F(WallClockTest, says_nothing_while_time_passes) {
  for (int i = 0; i < 10; ++i) {
    pass(kSecond);
    EXPECT_EQ(clock.set_by(), 0);
  }
}

TEST_F(WallClockTest, tells_once_of_each_step_in_either_direction) {
  for (const std::int64_t step : {3600 * kSecond, -7200 * kSecond, 200 * kMillisecond}) {
    pass(kSecond);
    wall_ns += step;
    EXPECT_EQ(clock.set_by(), step);
    pass(kSecond);
    EXPECT_EQ(clock.set_by(), 0);
  }
}

TEST_F(WallClockTest, adds_up_steps_that_are_too_small_alone) {
  wall_ns += 60 * kMillisecond;
  EXPECT_EQ(clock.set_by(), 0);
  wall_ns += 60 * kMillisecond;
  EXPECT_EQ(clock.set_by(), 120 * kMillisecond);
}

TEST_F(WallClockTest, believes_no_reading_that_something_came_between) {
  kept_ns = kSecond;
  wall_ns += 3600 * kSecond;
  EXPECT_EQ(clock.set_by(), 0);
  kept_ns = 0;
  EXPECT_GT(clock.set_by(), 3500 * kSecond);
}

TEST(WallClockWords, say_where_it_was_set_to) {
  EXPECT_EQ(describe_set_clock(3600 * kSecond), "the clock of this machine was set forward by 3600.0 s");
  EXPECT_EQ(describe_set_clock(-1500 * kMillisecond), "the clock of this machine was set back by 1.5 s");
}

}  // namespace
}  // namespace weir::loadgen
