#include "loadgen/worker/schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace weir::loadgen {
namespace {

using What = Action::What;

PhaseOrder order(std::int64_t at_ns, std::int64_t over_ns, std::vector<std::int64_t> streams) {
  PhaseOrder made;
  made.at_ns = at_ns;
  made.over_ns = over_ns;
  made.streams = std::move(streams);
  return made;
}

std::vector<Action> due(Schedule& schedule, std::int64_t now_ns, What what) {
  std::vector<Action> actions;
  schedule.due(now_ns, actions);
  std::erase_if(actions, [&](const Action& action) { return action.what != what; });
  return actions;
}

TEST(Schedule, does_nothing_without_an_order) {
  Schedule schedule(2, 0, 1);
  std::vector<Action> actions;
  schedule.due(kSecond, actions);
  EXPECT_TRUE(actions.empty());
  EXPECT_EQ(schedule.next_ns(), std::numeric_limits<std::int64_t>::max());
}

TEST(Schedule, opens_along_the_line_with_the_time_that_each_was_intended_for) {
  Schedule schedule(1, 0, 1);
  schedule.order(order(kSecond, 10 * kSecond, {100}));
  EXPECT_EQ(schedule.next_ns(), kSecond);
  EXPECT_TRUE(due(schedule, kSecond - 1, What::add).empty());
  const auto opens = due(schedule, 6 * kSecond, What::add);
  ASSERT_EQ(opens.size(), 50u);
  for (std::size_t i = 1; i < opens.size(); ++i) { EXPECT_GT(opens[i].intended_ns, opens[i - 1].intended_ns); }
  EXPECT_LE(opens.back().intended_ns, 6 * kSecond);
  EXPECT_EQ(schedule.wanted(0), 50);
  EXPECT_GT(schedule.next_ns(), 6 * kSecond);
  EXPECT_LE(schedule.next_ns(), 6 * kSecond + 100 * kMillisecond);
  EXPECT_EQ(due(schedule, 60 * kSecond, What::add).size(), 50u);
  EXPECT_EQ(schedule.next_ns(), std::numeric_limits<std::int64_t>::max());
}

TEST(Schedule, gives_nothing_twice_however_often_it_is_asked) {
  Schedule schedule(1, 0, 1);
  schedule.order(order(0, kSecond, {1'000}));
  std::size_t opened = 0;
  for (std::int64_t now = 0; now <= 2 * kSecond; now += 7 * kMillisecond) {
    opened += due(schedule, now, What::add).size();
  }
  EXPECT_EQ(opened, 1'000u);
}

TEST(Schedule, jumps_where_the_line_takes_no_time) {
  Schedule schedule(2, 0, 1);
  schedule.order(order(kSecond, 0, {3, 5}));
  const auto opens = due(schedule, kSecond, What::add);
  ASSERT_EQ(opens.size(), 8u);
  for (const auto& open : opens) { EXPECT_EQ(open.intended_ns, kSecond); }
  EXPECT_EQ(schedule.wanted(1), 5);
}

TEST(Schedule, closes_on_the_way_down) {
  Schedule schedule(1, 0, 1);
  schedule.order(order(0, 0, {10}));
  schedule.order(order(kSecond, kSecond, {4}));
  EXPECT_EQ(due(schedule, 0, What::add).size(), 10u);
  EXPECT_EQ(schedule.next_ns(), kSecond);
  EXPECT_EQ(due(schedule, 3 * kSecond, What::remove).size(), 6u);
  EXPECT_EQ(schedule.wanted(0), 4);
}

TEST(Schedule, starts_the_next_line_where_the_former_was_cut_off) {
  Schedule schedule(1, 0, 1);
  schedule.order(order(0, 10 * kSecond, {100}));
  schedule.order(order(5 * kSecond, 0, {60}));
  EXPECT_EQ(due(schedule, 5 * kSecond, What::add).size(), 60u);
  EXPECT_EQ(schedule.wanted(0), 60);
  EXPECT_TRUE(due(schedule, 20 * kSecond, What::add).empty());
}

TEST(Schedule, makes_up_for_what_a_late_worker_missed_in_order) {
  Schedule schedule(1, 0, 1);
  auto drop = order(2 * kSecond, 0, {10});
  drop.drop_all = true;
  drop.phase = 1;
  drop.call_scale = 3;
  schedule.order(drop);
  schedule.order(order(kSecond, 0, {10}));  // Came later, is begun first.
  std::vector<Action> actions;
  schedule.due(9 * kSecond, actions);
  ASSERT_EQ(actions.size(), 13u);
  EXPECT_EQ(actions[0].what, What::scale_calls);
  EXPECT_EQ(actions[1].what, What::add);
  EXPECT_EQ(actions[11].what, What::drop_all);
  EXPECT_EQ(actions[11].intended_ns, 2 * kSecond);
  EXPECT_EQ(actions[12].what, What::scale_calls);
  EXPECT_EQ(actions[12].scale, 3);
  EXPECT_EQ(schedule.phase(), 1u);
}

TEST(Schedule, churns_at_its_rate_and_stops_with_the_phase) {
  Schedule schedule(2, 0, 1);
  auto churn = order(0, 0, {10, 10});
  churn.churn_per_second = {20, 0};
  schedule.order(churn);
  schedule.order(order(2 * kSecond, 0, {10, 10}));
  const auto closed = due(schedule, 5 * kSecond, What::churn);
  EXPECT_EQ(closed.size(), 40u);
  for (const auto& one : closed) { EXPECT_EQ(one.population, 0u); }
  EXPECT_EQ(schedule.next_ns(), std::numeric_limits<std::int64_t>::max());
}

TEST(Schedule, spreads_the_churn_of_several_workers_in_time) {
  std::vector<std::int64_t> times;
  for (std::uint32_t worker = 0; worker < 4; ++worker) {
    Schedule schedule(1, worker, 4);
    auto churn = order(0, 0, {1});
    churn.churn_per_second = {1};
    schedule.order(churn);
    times.push_back(due(schedule, kSecond, What::churn).at(0).intended_ns);
  }
  EXPECT_THAT(times, ::testing::ElementsAre(kSecond / 4, kSecond / 2, 3 * kSecond / 4, kSecond));
}

TEST(Schedule, never_wakes_for_a_rate_so_small_that_it_will_not_come) {
  Schedule schedule(1, 0, 1);
  auto churn = order(0, 0, {0});
  churn.churn_per_second = {1e-300};
  schedule.order(churn);
  EXPECT_TRUE(due(schedule, kSecond, What::churn).empty());
  EXPECT_EQ(schedule.next_ns(), std::numeric_limits<std::int64_t>::max());
}

}  // namespace
}  // namespace weir::loadgen
