#include "loadgen/scenario/scale.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::loadgen {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kSoak = R"(
target: http://127.0.0.1:1/sse
populations:
  stream: http-sse
  calls: [{tool: echo, rate: 5/s, timeout: 10m}]
  reconnect: {base: 1s, cap: 30s}
  idle_cut_after: 20s
  silence_limit: 0s
  answer_timeout: 30s
phases:
  - ramp: {to: 40, over: 100s}
  - churn: {rate: 2/s, for: 10m}
thresholds: [heartbeat_gap_max < 32s, call_latency_p99 < 500ms, stream_drops in churn == 0]
)";

Scenario soak() {
  auto scenario = parse_scenario(kSoak, "soak.yaml", [](const std::string&) { return std::nullopt; });
  EXPECT_TRUE(scenario) << scenario.error().detail;
  return scenario.value_or(Scenario{});
}

TEST(ScaledScenario, has_shorter_waits_and_the_same_load) {
  const auto scenario = scaled(soak(), 0.01);
  ASSERT_TRUE(scenario);
  const auto& population = scenario->populations.at(0);
  EXPECT_EQ(scenario->phases.at(0).duration, kSecond);
  EXPECT_EQ(scenario->phases.at(1).duration, 6 * kSecond);
  EXPECT_EQ(scenario->phases.at(0).streams, 40);
  EXPECT_EQ(scenario->phases.at(1).per_second, 2);
  EXPECT_EQ(population.calls.at(0).per_second, 5);
  EXPECT_EQ(population.reconnect.base, 10 * kMillisecond);
  EXPECT_EQ(population.reconnect.cap, 300 * kMillisecond);
  EXPECT_EQ(population.idle_cut_after, 200 * kMillisecond);
  EXPECT_EQ(population.silence_limit, 0) << "never stays never";
}

TEST(ScaledScenario, keeps_time_for_answers) {
  const auto scenario = scaled(soak(), 0.01);
  const auto& population = scenario->populations.at(0);
  EXPECT_EQ(population.answer_timeout, kScaledTimeoutLeast);
  EXPECT_EQ(population.calls.at(0).timeout, 6 * kSecond);
  EXPECT_EQ(population.coalesce_gap, 100 * kMillisecond);
}

TEST(ScaledScenario, has_thresholds_of_waits_scaled_and_written_anew) {
  const auto thresholds = scaled(soak(), 0.01)->thresholds;
  EXPECT_EQ(thresholds.at(0).text, "heartbeat_gap_max < 320ms");
  EXPECT_DOUBLE_EQ(thresholds.at(0).bound, 0.32);
  EXPECT_EQ(thresholds.at(1), soak().thresholds.at(1));
  EXPECT_EQ(thresholds.at(2), soak().thresholds.at(2));
}

TEST(ScaledScenario, is_the_same_at_scale_one_and_refused_at_none) {
  EXPECT_EQ(to_yaml(*scaled(soak(), 1)), to_yaml(soak()));
  EXPECT_THAT(scaled(soak(), 0).error().detail, HasSubstr("--scale must be between"));
}

}  // namespace
}  // namespace weir::loadgen
