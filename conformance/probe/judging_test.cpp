#include "conformance/probe/judging.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace weir::conformance {
namespace {

using wire::Clock;

TEST(JudgingEnd, comes_a_moment_after_all_asking_has_ended) {
  JudgingEnd end;
  EXPECT_FALSE(end.passed({.until = {Clock::now() + std::chrono::hours(1)}}));
  EXPECT_FALSE(end.passed({.until = {Clock::now()}}));
  const wire::RunBounds over{.until = {Clock::now() - std::chrono::seconds(1)}};
  EXPECT_TRUE(end.passed(over));
  EXPECT_THROW(end.keep(over), JudgingCutShort);
}

TEST(JudgingEnd, comes_soon_after_an_interruption) {
  JudgingEnd end;
  std::atomic<bool> stop{false};
  const wire::RunBounds run{.until = {Clock::now() + std::chrono::hours(1)}, .stop = &stop};
  EXPECT_FALSE(end.passed(run));
  stop = true;
  EXPECT_FALSE(end.passed(run)) << "what was seen is judged as far as there is time";
  while (!end.passed(run)) { std::this_thread::sleep_for(std::chrono::milliseconds(10)); }
}

TEST(InTime, goes_through_all_of_a_range_or_throws) {
  JudgingEnd end;
  const std::vector<int> items{1, 2, 3};
  int sum = 0;
  const wire::RunBounds going{.until = {Clock::now() + std::chrono::hours(1)}};
  for (const int item : InTime(items, end, going)) { sum += item; }
  EXPECT_EQ(sum, 6);
  const wire::RunBounds over{.until = {Clock::now() - std::chrono::seconds(1)}};
  const auto count_all = [&] {
    for (const int item : InTime(items, end, over)) { sum += item; }
  };
  EXPECT_THROW(count_all(), JudgingCutShort);
  EXPECT_EQ(sum, 7) << "the first one had begun";
  const std::vector<int> none;
  for (const int item : InTime(none, end, over)) { sum += item; }
}

}  // namespace
}  // namespace weir::conformance
