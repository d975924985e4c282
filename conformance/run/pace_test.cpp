#include "conformance/run/pace.hpp"

#include <gtest/gtest.h>

namespace weir::conformance {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// An endpoint whose one answer took so long in each part, after a look-up that is no part of it.
wire::mcp::Detection answered(milliseconds connect, milliseconds tls, milliseconds answer, bool speaks = true) {
  constexpr std::int64_t kLookUp = 40'000;
  wire::mcp::Attempt attempt{.speaks = speaks};
  wire::Timings& at = attempt.exchange.emplace().timings;
  at.resolved_us = kLookUp;
  at.connected_us = at.resolved_us + std::chrono::microseconds(connect).count();
  at.tls_us = tls.count() > 0 ? at.connected_us + std::chrono::microseconds(tls).count() : -1;
  at.head_us = std::max(at.connected_us, at.tls_us) + std::chrono::microseconds(answer).count();
  return {{attempt}};
}

Pace pace(const wire::mcp::Detection& first_answers) { return pace_of(RunPlan{}, first_answers); }

TEST(Pace, of_a_target_nearby_is_the_usual_one) {
  for (const auto& nearby : {answered(milliseconds(0), milliseconds(0), milliseconds(1)),
                             answered(milliseconds(1), milliseconds(2), milliseconds(250)), wire::mcp::Detection{}}) {
    EXPECT_EQ(pace(nearby).concurrency, kThreads);
    EXPECT_EQ(pace(nearby).budget, kDefaultBudget);
  }
}

TEST(Pace, asks_more_at_a_time_for_what_the_network_takes) {
  // 150 ms of which 10 are at the target: eight of it at a time would need 120 checks.
  EXPECT_EQ(pace(answered(milliseconds(70), milliseconds(0), milliseconds(80))).concurrency, kMostThreads);
  // 300 ms of which 150 are at the target.
  EXPECT_EQ(pace(answered(milliseconds(50), milliseconds(50), milliseconds(200))).concurrency, 2 * kThreads);
  // As far, but it is the target that takes the time.
  EXPECT_EQ(pace(answered(milliseconds(10), milliseconds(0), milliseconds(900))).concurrency, kThreads);
}

TEST(Pace, gives_slow_answers_the_time_that_they_need) {
  EXPECT_EQ(pace(answered(milliseconds(100), milliseconds(100), milliseconds(200))).budget, seconds(180));
  EXPECT_EQ(pace(answered(milliseconds(1), milliseconds(0), milliseconds(5000))).budget, seconds(300));
}

TEST(Pace, goes_by_the_quickest_answer_of_the_protocol) {
  auto several = answered(milliseconds(100), milliseconds(100), milliseconds(4000));
  several.attempts.push_back(answered(milliseconds(100), milliseconds(100), milliseconds(200)).attempts.front());
  several.attempts.push_back(answered(milliseconds(0), milliseconds(0), milliseconds(1), false).attempts.front());
  EXPECT_EQ(pace(several).budget, seconds(180));
}

TEST(Pace, is_what_the_plan_says) {
  RunPlan plan;
  plan.concurrency = 3;
  plan.budget = seconds(20);
  const Pace given = pace_of(plan, answered(milliseconds(100), milliseconds(100), milliseconds(4000)));
  EXPECT_EQ(given.concurrency, 3U);
  EXPECT_EQ(given.budget, seconds(20));
}

}  // namespace
}  // namespace weir::conformance
