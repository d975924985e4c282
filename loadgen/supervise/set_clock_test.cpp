// A run during which somebody sets the wall clock of the machine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "loadgen/supervise/fake_worker.hpp"
#include "reports/judge/threshold.hpp"

namespace weir::loadgen {
namespace {

using namespace reports::load;
using loadgen::testing::fake_worker;
using loadgen::testing::kShortSecond;
using loadgen::testing::Listener;
using ::testing::Contains;
using ::testing::HasSubstr;

/// Five short seconds, after the first two of which the clock is set.
LoadResults run_with_clock_set_by(std::int64_t step_ns, const std::vector<std::string>& thresholds = {}) {
  const Listener listener;
  Scenario scenario;
  scenario.target.url = listener.url();
  scenario.populations.resize(1);
  scenario.populations[0].stream = StreamKind::plain_get;
  for (const auto kind : {Phase::Kind::ramp, Phase::Kind::hold}) {
    Phase& phase = scenario.phases.emplace_back();
    phase.kind = kind;
    phase.name = to_string(kind);
    phase.duration = (kind == Phase::Kind::ramp ? 1 : 4) * kShortSecond;
    phase.streams = 10;
  }
  for (const auto& threshold : thresholds) { scenario.thresholds.push_back(parse_threshold(threshold).value()); }
  std::int64_t set_by_ns = 0;
  TestSeams seams;
  seams.worker_main = fake_worker();
  seams.second_ns = kShortSecond;
  seams.lead_ns = 30 * kMillisecond;
  seams.machine = Machine{
      .cores = 2, .files_per_process = 20'000, .files_free = 10'000'000, .memory_free_bytes = std::int64_t{8} << 30};
  seams.wall_ns = [&] { return realtime_ns() + set_by_ns; };
  seams.on_second = [&](Workers&, const Snapshot& second) {
    set_by_ns = second.at_ns >= 2 * kShortSecond ? step_ns : 0;
  };
  RunOptions options;
  options.quiet = true;
  const std::atomic<int> signals{0};
  const auto result = supervise_on(seams, scenario, options, signals);
  EXPECT_TRUE(result) << result.error().detail;
  return result ? result->results : LoadResults{};
}

TEST(SetClock, is_told_and_changes_no_verdict) {
  for (const std::int64_t step : {3600 * kSecond, -3600 * kSecond}) {
    const auto results = run_with_clock_set_by(step);
    EXPECT_EQ(results.exit_code, reports::ExitCode::good);
    EXPECT_GE(results.timeline.size(), 5U);
    EXPECT_LT(results.duration_ns, 60 * kSecond);
    ASSERT_EQ(results.incidents.size(), 1U);
    EXPECT_THAT(results.incidents[0], HasSubstr(step < 0 ? "was set back by 3600.0 s" : "was set forward by 3600.0 s"));
  }
}

TEST(SetClock, judges_no_delay_of_delivery) {
  const auto results = run_with_clock_set_by(60 * kSecond, {"delivery_delay_p99 < 1s"});
  EXPECT_EQ(results.exit_code, reports::ExitCode::inconclusive);
  EXPECT_THAT(results.invalid, Contains(HasSubstr("set forward by 60.0 s, and delivery_delay compares it")));
}

}  // namespace
}  // namespace weir::loadgen
