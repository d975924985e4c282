#include "loadgen/supervise/phase_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>

namespace weir::loadgen {
namespace {

using ::testing::ElementsAre;

Phase phase(Phase::Kind kind, std::int64_t seconds, std::int64_t streams = 0) {
  Phase made;
  made.kind = kind;
  made.name = to_string(kind);
  made.duration = seconds * kSecond;
  made.streams = streams;
  return made;
}

Scenario with(std::vector<Phase> phases) {
  Scenario scenario;
  scenario.populations.resize(1);
  scenario.phases = std::move(phases);
  return scenario;
}

Population weighing(double weight) {
  Population population;
  population.weight = weight;
  return population;
}

TEST(PhasePlan, goes_through_the_phases_in_order) {
  const auto scenario = with({phase(Phase::Kind::ramp, 10, 100), phase(Phase::Kind::hold, 60)});
  PhasePlan plan(scenario, kSecond);
  EXPECT_EQ(plan.rest_ns(), 70 * kSecond);
  const auto ramp = plan.next();
  ASSERT_TRUE(ramp);
  EXPECT_EQ(ramp->index, 0u);
  EXPECT_EQ(ramp->streams, 100);
  EXPECT_EQ(ramp->over_ns, 10 * kSecond);
  const auto hold = plan.next();
  EXPECT_EQ(hold->index, 1u);
  EXPECT_EQ(hold->streams, 100);
  EXPECT_EQ(hold->over_ns, 0);
  EXPECT_EQ(plan.rest_ns(), 0);
  EXPECT_FALSE(plan.next());
}

TEST(PhasePlan, takes_whole_seconds_for_each_phase) {
  auto short_hold = phase(Phase::Kind::hold, 0);
  auto long_hold = phase(Phase::Kind::hold, 0);
  long_hold.duration = 1'200 * kMillisecond;
  const auto scenario = with({short_hold, long_hold});
  PhasePlan plan(scenario, kSecond);
  EXPECT_EQ(plan.next()->length_ns, kSecond);
  EXPECT_EQ(plan.next()->length_ns, 2 * kSecond);
}

TEST(PhasePlan, goes_back_after_a_spike) {
  const auto scenario = with({phase(Phase::Kind::ramp, 1, 10), phase(Phase::Kind::spike, 1, 50),
                              phase(Phase::Kind::hold, 1), phase(Phase::Kind::reconnect, 1)});
  PhasePlan plan(scenario, kSecond);
  plan.next();
  EXPECT_EQ(plan.next()->streams, 50);
  EXPECT_EQ(plan.next()->streams, 10);
  const auto reconnect = plan.next();
  EXPECT_TRUE(reconnect->drop_all);
  EXPECT_EQ(reconnect->streams, 10);
}

TEST(PhasePlan, opens_no_faster_than_the_bound) {
  auto scenario = with({phase(Phase::Kind::spike, 1, 500), phase(Phase::Kind::ramp, 10, 1'000)});
  scenario.opens_per_second = 100;
  PhasePlan plan(scenario, kSecond);
  EXPECT_EQ(plan.next()->over_ns, 5 * kSecond);
  EXPECT_EQ(plan.next()->over_ns, 10 * kSecond);
}

TEST(PhasePlan, churns_in_the_phase_of_churn_alone) {
  auto churn = phase(Phase::Kind::churn, 1);
  churn.per_second = 7;
  auto hold = phase(Phase::Kind::hold, 1);
  hold.per_second = 7;
  hold.call_scale = 3;
  const auto scenario = with({churn, hold});
  PhasePlan plan(scenario, kSecond);
  EXPECT_EQ(plan.next()->churn_per_second, 7);
  const auto second = plan.next();
  EXPECT_EQ(second->churn_per_second, 0);
  EXPECT_EQ(second->call_scale, 3);
}

TEST(Spread, adds_up_whatever_the_weights) {
  EXPECT_THAT(spread({weighing(1), weighing(1)}, 1), ElementsAre(1, 0));
  EXPECT_THAT(spread({weighing(9), weighing(1)}, 10), ElementsAre(9, 1));
  EXPECT_THAT(spread({weighing(0), weighing(1)}, 5), ElementsAre(0, 5));
  EXPECT_THAT(spread({weighing(0), weighing(0)}, 5), ElementsAre(0, 0));
  EXPECT_THAT(spread({}, 5), ElementsAre());
}

RC_GTEST_PROP(Spread, gives_every_stream_to_exactly_one_worker_of_one_shard, ()) {
  auto scenario = with({});
  scenario.populations.clear();
  const auto count = *rc::gen::inRange(1, 6);
  for (int i = 0; i < count; ++i) { scenario.populations.push_back(weighing(*rc::gen::inRange(1, 100))); }
  PhaseStep step;
  step.streams = *rc::gen::inRange(0, 5'000);
  step.churn_per_second = 60;
  const auto shards = *rc::gen::inRange<std::uint32_t>(1, 5);
  std::int64_t streams = 0;
  double churn = 0;
  for (std::uint32_t shard = 0; shard < shards; ++shard) {
    const auto workers = *rc::gen::inRange<std::uint32_t>(1, 9);  // Each machine has as many as it likes.
    for (std::uint32_t worker = 0; worker < workers; ++worker) {
      const auto order = order_of(scenario, step, {worker, workers, shard, shards}, 5);
      RC_ASSERT(order.streams.size() == scenario.populations.size());
      for (std::size_t i = 0; i < order.streams.size(); ++i) {
        RC_ASSERT(order.streams[i] >= 0);
        streams += order.streams[i];
        churn += order.churn_per_second[i];
      }
    }
  }
  RC_ASSERT(streams == step.streams);
  RC_ASSERT(std::abs(churn - 60) < 1e-6);
}

TEST(Joined, is_what_is_left_of_a_step) {
  PhaseStep ramp;
  ramp.streams = 4'000;
  ramp.over_ns = 60 * kSecond;
  ramp.length_ns = 60 * kSecond;
  EXPECT_EQ(joined(ramp, 20 * kSecond, 0, 4).over_ns, 40 * kSecond);
  EXPECT_EQ(joined(ramp, 20 * kSecond, 0, 4).length_ns, 40 * kSecond);
  EXPECT_EQ(joined(ramp, 20 * kSecond, 50, 4).over_ns, 80 * kSecond) << "no faster than the bound on opens";
  PhaseStep reconnect;
  reconnect.streams = 4'000;
  reconnect.length_ns = 60 * kSecond;
  reconnect.drop_all = true;
  EXPECT_EQ(joined(reconnect, 20 * kSecond, 0, 4).over_ns, kSecond) << "1,000 of this shard";
  EXPECT_FALSE(joined(reconnect, 20 * kSecond, 0, 4).drop_all);
}

TEST(Spread, puts_the_odd_streams_of_populations_into_different_workers) {
  auto scenario = with({});
  scenario.populations = {weighing(1), weighing(1)};
  PhaseStep step;
  step.streams = 2;
  const auto first = order_of(scenario, step, {.worker = 0, .workers = 2}, 0);
  const auto second = order_of(scenario, step, {.worker = 1, .workers = 2}, 0);
  EXPECT_EQ(std::accumulate(first.streams.begin(), first.streams.end(), 0L), 1);
  EXPECT_EQ(std::accumulate(second.streams.begin(), second.streams.end(), 0L), 1);
}

}  // namespace
}  // namespace weir::loadgen
