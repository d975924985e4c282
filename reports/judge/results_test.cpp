#include "reports/judge/results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/judge/idle_cuts.hpp"
#include "reports/judge/search.hpp"
#include "reports/testdata/load_sample.hpp"

namespace weir::reports::load {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
namespace {

void set_thresholds(SampleRun& run, const std::vector<std::string>& texts) {
  run.run.thresholds.clear();
  for (const std::string& text : texts) { run.run.thresholds.push_back(parse_threshold(text).value()); }
}

TEST(Summarize, merges_seconds_into_phases_and_the_run) {
  const LoadResults results = sample_run().summarize();
  ASSERT_EQ(results.phases.size(), 3U);
  EXPECT_EQ(results.duration_ns, 121'000'000'000);
  EXPECT_EQ(results.phases[0].numbers.populations[0][Counter::streams_opened], 750U);
  EXPECT_EQ(results.total.numbers.populations[0][Counter::streams_opened], 1500U);
  EXPECT_EQ(results.total.peak_open, 1000);
  EXPECT_EQ(results.phases[1].open.least, 943);
  EXPECT_EQ(results.total.open.least, 943);
  EXPECT_EQ(results.phases[1].open_of[1].least, 236);
  EXPECT_NEAR(results.phases[1].open.least_ratio, 0.942, 0.01);
  ASSERT_EQ(results.timeline.size(), 5U);
  EXPECT_EQ(results.timeline[2].dropped, 57U);
  EXPECT_EQ(results.timeline[1].calls_failed, 13U);
  EXPECT_EQ(results.incidents[0].substr(0, 10), "at 61.5 s:");
  EXPECT_NEAR(results.total.workers.busy_peak, 0.35, 1e-9);
}

TEST(Summarize, judges_no_worst_second_by_a_short_last_span) {
  SampleRun run = sample_run();
  const Snapshot& before = run.seconds.back();
  Snapshot last = before;
  last.at_ns += 20'000'000;
  last.span_ns = 20'000'000;
  last[WorkerGauge::cpu_user_ns] +=
      2 * 20'000'000;  // Two workers that closed everything, with all of their processors.
  run.seconds.push_back(last);
  EXPECT_NEAR(run.summarize().total.workers.busy_peak, 0.35, 1e-9);
  run.seconds.back().at_ns = run.seconds[run.seconds.size() - 2].at_ns + 500'000'000;
  run.seconds.back()[WorkerGauge::cpu_user_ns] += 2 * 480'000'000;
  EXPECT_NEAR(run.summarize().total.workers.busy_peak, 1, 1e-9);
}

TEST(Summarize, reads_an_idle_time_out_off_the_ends) {
  const LoadResults results = sample_run().summarize();
  ASSERT_EQ(results.idle_cuts.size(), 1U);
  EXPECT_EQ(results.idle_cuts[0].population, "idlers");
  EXPECT_EQ(results.idle_cuts[0].streams, 57U);
  EXPECT_NEAR(results.idle_cuts[0].low_seconds, 59.9, 0.15);
  EXPECT_NEAR(results.idle_cuts[0].high_seconds, 60.2, 0.25);
  EXPECT_EQ(results.idle_cuts[0].matches, "a 60 s hop: ALB idle_timeout, nginx proxy_read_timeout");
}

/// Streams that were silent all their life, of one population.
struct Cut {
  void after(std::uint64_t from_ms, std::uint64_t to_ms, std::uint64_t streams) {
    constexpr auto kIdle = static_cast<std::size_t>(EndReason::idle_cut);
    auto& all = numbers.populations[0];
    sample_times(all.idle_age[kIdle], from_ms * kSampleMs, to_ms * kSampleMs, streams);
    sample_times(all.age[kIdle], from_ms * kSampleMs, to_ms * kSampleMs, streams);
    all.ends[kIdle] += streams;
    all[Counter::streams_opened] += streams;
  }
  std::vector<ClockCut> found(std::int64_t first_s = 60, std::int64_t last_s = 400) const {
    return find_idle_cuts(layout, numbers, {{.idle = {first_s * 1'000'000'000, last_s * 1'000'000'000}, .drops = {}}});
  }
  Layout layout{{{"a", {}}}};
  Snapshot numbers{layout};
};

TEST(IdleCuts, of_two_clocks_are_told_apart) {
  Cut cut;
  cut.after(349'900, 350'300, 40);
  cut.after(60'000, 60'100, 60);
  const auto cuts = cut.found();
  ASSERT_EQ(cuts.size(), 2U);
  EXPECT_EQ(cuts[0].streams, 60U);
  EXPECT_EQ(cuts[1].streams, 40U);
  EXPECT_EQ(cuts[1].matches, "a 350 s hop: NLB TCP idle timeout, NAT gateway");
}

TEST(IdleCuts, are_none_where_all_ended_at_one_moment) {
  Cut restart;
  restart.after(10'000, 90'000, 500);
  restart.after(60'000, 60'100, 60);
  EXPECT_EQ(restart.found(100, 99).size(), 0U);
  EXPECT_EQ(restart.found(60, 400).size(), 1U);
}

TEST(IdleCuts, of_a_scaled_run_are_no_streams_that_ended_at_once) {
  Cut scaled;
  scaled.after(100, 112, 60);
  const auto cuts = scaled.found();
  ASSERT_EQ(cuts.size(), 1U);
  EXPECT_NEAR(cuts[0].low_seconds, 0.1, 0.01);
  EXPECT_EQ(scaled.found(60, 59).size(), 1U);  // One silence and one age need no restart.
}

TEST(IdleCuts, need_three_that_agree_or_all_there_are) {
  Cut few;
  for (const std::uint64_t ms : {20'000U, 30'000U, 40'000U, 50'000U, 60'000U}) { few.after(ms, ms + 10, 2); }
  EXPECT_EQ(few.found().size(), 0U);
  Cut two;
  two.after(60'000, 60'010, 2);
  EXPECT_EQ(two.found().size(), 1U);
}

/// Streams that were sent events all the time, and ended all the same.
struct Aged {
  void at(std::uint64_t from_ms, std::uint64_t to_ms, std::uint64_t streams, EndReason how = EndReason::clean_end) {
    const auto reason = static_cast<std::size_t>(how);
    auto& all = numbers.populations[0];
    sample_times(all.idle_age[reason], 10 * kSampleMs, 900 * kSampleMs, streams);
    sample_times(all.age[reason], from_ms * kSampleMs, to_ms * kSampleMs, streams);
    all.ends[reason] += streams;
    all[Counter::streams_opened] += streams;
  }
  std::vector<ClockCut> found(std::int64_t first_s = 10, std::int64_t last_s = 100) const {
    return find_age_cuts(layout, numbers, {{.idle = {}, .drops = {first_s * 1'000'000'000, last_s * 1'000'000'000}}});
  }
  Layout layout{{{"a", {}}}};
  Snapshot numbers{layout};
};

TEST(AgeCuts, are_named_with_who_is_known_to_cut_so) {
  Aged aged;
  aged.at(14'990, 15'100, 50);
  aged.at(200, 14'000, 40, EndReason::client);
  const auto cuts = aged.found();
  ASSERT_EQ(cuts.size(), 1U);
  EXPECT_EQ(cuts[0].streams, 50U);
  EXPECT_EQ(cuts[0].matches, "a 15 s hop: Envoy route timeout");
}

TEST(AgeCuts, are_none_where_a_stream_became_older_or_ages_differ_or_all_ended_at_once) {
  Aged older;
  older.at(15'000, 15'100, 50);
  older.at(40'000, 41'000, 2, EndReason::client);
  EXPECT_EQ(older.found(10, 10).size(), 0U);
  ASSERT_EQ(older.found().size(), 1U) << "those of some, whatever became of the others";
  EXPECT_TRUE(older.found()[0].of_some);
  Aged few;
  few.at(15'000, 15'100, 9);
  few.at(40'000, 41'000, 2, EndReason::client);
  EXPECT_EQ(few.found().size(), 0U);
  Aged differing;
  differing.at(2'000, 90'000, 50);
  EXPECT_EQ(differing.found().size(), 0U);
  Aged restart;
  restart.at(15'000, 15'100, 50, EndReason::rst);
  EXPECT_EQ(restart.found(15, 14).size(), 0U);
  EXPECT_EQ(restart.found(15, 60).size(), 1U);
  Cut silent;
  silent.after(60'000, 60'100, 50);
  EXPECT_EQ(find_age_cuts(silent.layout, silent.numbers, {{.idle = {}, .drops = {1, 90'000'000'000}}}).size(), 0U)
      << "silence may have been what was counted";
}

TEST(IdleCuts, without_a_known_clock_match_nobody) {
  EXPECT_EQ(known_cutter(59.9, 60.2, Counted::silence), "a 60 s hop: ALB idle_timeout, nginx proxy_read_timeout");
  EXPECT_EQ(known_cutter(14.9, 15.2, Counted::silence_or_age), "a 15 s hop: Envoy route timeout");
  EXPECT_EQ(known_cutter(14.9, 15.2, Counted::silence), "");  // That one counts the age of a stream.
  EXPECT_EQ(known_cutter(43, 43.5, Counted::silence_or_age), "");
  EXPECT_EQ(known_cutter(4.9, 5.1, Counted::silence_or_age),
            "");  // Known for connections without a request, not for streams.
  EXPECT_EQ(known_cutter(20, 60, Counted::silence_or_age), "");
}

TEST(Summarize, fails_a_run_by_its_thresholds) {
  const LoadResults results = sample_run().summarize();
  EXPECT_EQ(results.exit_code, ExitCode::target_fails);
  EXPECT_EQ(results.exit_reason,
            "2 thresholds failed, the first: stream_drop_ratio 0.0285, wanted < 0.01 (57 of 2,000 streams: 57 "
            "idle_cut); 57 streams of idlers were cut after 60.1 s of silence (a 60 s hop: ALB idle_timeout, nginx "
            "proxy_read_timeout).");
  SampleRun one = sample_run();
  set_thresholds(one, {"stream_drops < 10"});
  EXPECT_THAT(one.summarize().exit_reason, StartsWith("A threshold failed: stream_drops 57, wanted < 10; 57 streams"));
  set_thresholds(one, {"stream_drops < 100"});
  EXPECT_EQ(one.summarize().exit_code, ExitCode::good);
  EXPECT_EQ(one.summarize().exit_reason, "The threshold held.");
}

TEST(Summarize, without_thresholds_uses_the_defaults) {
  SampleRun run = sample_run();
  run.run.thresholds.clear();
  const LoadResults results = run.summarize();
  ASSERT_EQ(results.thresholds.size(), 8U);
  EXPECT_TRUE(results.thresholds[0].by_default);
  EXPECT_EQ(results.exit_code, ExitCode::target_fails);
}

TEST(Summarize, calls_a_late_generator_inconclusive_and_says_why) {
  SampleRun run = sample_run();
  for (int i = 0; i < 100; ++i) { run.seconds[1].populations[0][Timer::schedule_lag].record(400 * kSampleMs); }
  LoadResults results = run.summarize();
  EXPECT_EQ(results.exit_code, ExitCode::inconclusive);
  ASSERT_EQ(results.invalid.size(), 1U);
  EXPECT_NE(results.invalid[0].find("schedule lag p99 40"), std::string::npos) << results.invalid[0];
  EXPECT_NE(results.invalid[0].find("something else took the CPU"), std::string::npos) << results.invalid[0];
  run.seconds[2][WorkerGauge::cpu_user_ns] += 80'000'000'000;
  run.seconds[3][WorkerGauge::cpu_user_ns] += 80'000'000'000;
  EXPECT_NE(run.summarize().invalid[0].find("CPU is short"), std::string::npos);
}

TEST(Summarize, takes_a_short_phase_or_a_bad_minute_of_a_long_run_for_what_it_is) {
  SampleRun run = sample_run();
  run.run.thresholds.clear();
  sample_times(run.seconds[1].populations[0][Timer::schedule_lag], 1'000, 2'000, 100'000);
  sample_times(run.seconds[3].populations[0][Timer::schedule_lag], 1'000, 400 * kSampleMs, 200);
  const LoadResults phase = run.summarize();
  ASSERT_EQ(phase.invalid.size(), 1U);
  EXPECT_EQ(phase.invalid[0].find("in after deploy: schedule lag p99 39"), 0U) << phase.invalid[0];

  run = sample_run();
  run.phases = {{"hold", "hold", 0, -1, 1000}};
  run.seconds.clear();
  for (std::int64_t i = 1; i <= 600; ++i) {
    run.seconds.push_back(sample_second(run.layout, 0, i, 1, 1000));
    auto& lag = run.seconds.back().populations[0][Timer::client_lag];
    const bool paused = i > 125 && i <= 133;
    lag.record((paused ? 900 : 1) * kSampleMs, paused ? 20 : 2'000);
  }
  EXPECT_TRUE(run.summarize().invalid.empty()) << "a pause that nearly nothing arrived in";
  for (std::int64_t i = 121; i <= 180; ++i) {
    auto& lag = run.seconds[static_cast<std::size_t>(i - 1)].populations[0][Timer::client_lag];
    lag.clear();
    lag.record(900 * kSampleMs, 100);
  }
  const LoadResults minute = run.summarize();
  ASSERT_EQ(minute.invalid.size(), 1U);
  EXPECT_EQ(minute.invalid[0].find("in the minute from 120 s on a tenth of all had a client lag of 90"), 0U)
      << minute.invalid[0];
  EXPECT_EQ(minute.exit_code, ExitCode::inconclusive);
}

TEST(Summarize, takes_no_time_stamps_for_no_measure) {
  SampleRun run = sample_run();
  run.seconds[1].populations[0][Timer::client_lag].clear();
  EXPECT_EQ(run.summarize().exit_code, ExitCode::inconclusive);
  EXPECT_NE(run.summarize().exit_reason.find("no time-stamp"), std::string::npos) << run.summarize().exit_reason;
}

TEST(Summarize, calls_a_run_short_of_ports_inconclusive_unless_the_streams_came_all_the_same) {
  SampleRun run = sample_run();
  run.seconds[0].populations[0].open_failures[static_cast<std::size_t>(OpenFailure::out_of_ports)] = 7;
  set_thresholds(run, {"stream_drops < 100"});
  EXPECT_EQ(run.summarize().exit_code, ExitCode::good);
  for (Snapshot& second : run.seconds) { second.populations[0][Gauge::streams_target] = 2000; }
  const LoadResults results = run.summarize();
  EXPECT_EQ(results.exit_code, ExitCode::inconclusive);
  EXPECT_EQ(results.invalid.at(0),
            "only 1,000 of 2,250 streams were ever open, 7 attempts ended in out_of_ports: give more source addresses "
            "(sources: [127.0.0.2-40])");
}

TEST(Summarize, says_what_the_supervisor_found_short) {
  SampleRun run = sample_run();
  run.invalid = {"the machine ran out of memory"};
  EXPECT_EQ(run.summarize().exit_code, ExitCode::inconclusive);
  EXPECT_EQ(run.summarize().exit_reason, "Says nothing about the target: the machine ran out of memory.");
}

TEST(Summarize, of_an_interrupted_run_keeps_what_was_measured) {
  SampleRun run = sample_run();
  run.interrupted = true;
  const LoadResults results = run.summarize();
  EXPECT_EQ(results.exit_code, ExitCode::interrupted);
  EXPECT_EQ(results.total.peak_open, 1000);
  EXPECT_FALSE(results.thresholds.empty());
}

TEST(Summarize, of_a_killed_run_is_inconclusive) {
  SampleRun run = sample_run();
  run.complete = false;
  EXPECT_EQ(run.summarize().exit_code, ExitCode::inconclusive);
  EXPECT_EQ(run.summarize().exit_reason, "The run was killed; what was measured in its first 121 s stands.");
}

TEST(Summarize, of_nothing_held_says_what_most_attempts_came_to) {
  SampleRun run = sample_run();
  run.seconds = {sample_second(run.layout, 0, 10, 10, 0)};
  run.seconds[0].populations[0].open_failures[static_cast<std::size_t>(OpenFailure::http_401)] = 40;
  run.seconds[0].populations[0].open_failures[static_cast<std::size_t>(OpenFailure::reset)] = 2;
  EXPECT_EQ(run.summarize().exit_code, ExitCode::unreachable);
  EXPECT_EQ(run.summarize().exit_reason, "No stream was ever held: 40 of 42 attempts ended in http_401.");
  run.seconds.clear();
  EXPECT_EQ(run.summarize().exit_code, ExitCode::unreachable);
}

TEST(Summarize, thins_a_long_run_for_plots) {
  SampleRun run = sample_run();
  run.seconds.clear();
  for (std::int64_t i = 1; i <= 2'500; ++i) { run.seconds.push_back(sample_second(run.layout, 1, i, 1, 1000)); }
  for (Snapshot& second : run.seconds) { second.populations[0][Counter::events] = 2; }
  const LoadResults results = run.summarize();
  // Two populations may have 1,000 points: too many for two seconds each.
  EXPECT_EQ(results.timeline.size(), 625U);
  EXPECT_EQ(results.timeline.back().at_seconds, 2'500);
  EXPECT_EQ(results.timeline[7].events, 8U);
}

TEST(Summarize, fails_a_run_that_held_a_few_of_the_wanted_streams) {
  SampleRun run = sample_run();
  run.run.thresholds.clear();
  run.phases = {{"hold", "hold", 0, -1, 200}};
  run.seconds.clear();
  for (std::int64_t i = 1; i <= 10; ++i) {
    run.seconds.push_back(sample_second(run.layout, 0, i, 1, 10));
    run.seconds.back().populations[1] = Snapshot(run.layout).populations[1];
    run.seconds.back().populations[0][Gauge::streams_target] = 200;
    run.seconds.back().populations[0][Gauge::streams_open] = 10;
    run.seconds.back().populations[0].tools[0].outcomes[static_cast<std::size_t>(CallOutcome::ok)] = 1;
  }
  sample_opening(run.seconds[0].populations[0], 10);
  const LoadResults results = run.summarize();
  EXPECT_EQ(results.exit_code, ExitCode::target_fails);
  EXPECT_EQ(results.exit_reason, "A threshold failed: streams_held_ratio 0.05, wanted >= 0.99 (10 of 200 streams).");
}

TEST(Summarize, names_what_attempts_failed_by_rather_than_that_they_were_not_over) {
  SampleRun run = sample_run();
  run.run.thresholds.clear();
  run.phases = {{"hold", "hold", 0, -1, 200}};
  run.seconds = {Snapshot(run.layout)};
  run.seconds[0].at_ns = run.seconds[0].span_ns = 1'000'000'000;
  auto& numbers = run.seconds[0].populations[0];
  numbers[Counter::opens_intended] = 200;
  numbers.open_failures[static_cast<std::size_t>(OpenFailure::unfinished)] = 20;
  numbers.open_failures[static_cast<std::size_t>(OpenFailure::connect_timeout)] = 18;
  EXPECT_EQ(run.summarize().exit_reason, "No stream was ever held: 18 of 38 attempts ended in connect_timeout.");
}

TEST(Summarize, says_nothing_of_delays_that_a_wrong_clock_told) {
  SampleRun run = sample_run();
  run.run.thresholds = {*parse_threshold("delivery_delay_p99 < 1s")};
  run.seconds[1].populations[0][Timer::delivery_delay].record(5'000'000);
  EXPECT_EQ(run.summarize().exit_code, ExitCode::good);
  run.seconds[1].populations[0][Counter::events_ahead] = 1;
  const LoadResults results = run.summarize();
  EXPECT_EQ(results.exit_code, ExitCode::inconclusive);
  EXPECT_EQ(results.exit_reason,
            "Says nothing about the target: 1 of 2 events say that they were sent after they came: the sender's clock "
            "and ours differ, or one was set.");
  run.run.thresholds = {*parse_threshold("events > 0")};
  EXPECT_EQ(run.summarize().exit_code, ExitCode::good);
}

// A search -----------------------------------------------------------------------------------------------------------

SampleRun search_run() {
  SampleRun run = sample_run();
  run.phases.clear();
  run.seconds.clear();
  run.incidents.clear();
  for (std::int64_t step = 1; step <= 3; ++step) {
    run.phases.push_back({"search " + std::to_string(step), "search", (step - 1) * 30'000'000'000, -1, step * 500});
    Snapshot second = sample_second(run.layout, static_cast<std::uint32_t>(step - 1), step * 30, 30, step * 500);
    for (auto& numbers : second.populations) { numbers[Gauge::streams_target] = numbers[Gauge::streams_open]; }
    sample_opening(second.populations[0], 500);
    if (step == 3) { second.populations[0].ends[static_cast<std::size_t>(EndReason::rst)] = 100; }
    run.seconds.push_back(std::move(second));
  }
  run.seconds.push_back(sample_second(run.layout, 2, 91, 1, 0));
  set_thresholds(run, {"stream_drop_ratio < 1%"});
  return run;
}

TEST(SearchResult, is_the_largest_step_that_passed_and_does_not_fail_the_run) {
  const LoadResults results = search_run().summarize();
  ASSERT_TRUE(results.search);
  EXPECT_EQ(results.search->largest_passing, 1000);
  EXPECT_EQ(results.search->smallest_failing, 1500);
  EXPECT_EQ(results.search->limited_by, "stream_drop_ratio < 1%");
  EXPECT_EQ(results.exit_code, ExitCode::good) << results.exit_reason;
}

TEST(SearchResult, of_a_step_counts_the_streams_of_the_steps_before_it) {
  SampleRun run = search_run();
  run.seconds[2].populations[0].ends[static_cast<std::size_t>(EndReason::rst)] = 14;
  set_thresholds(run, {"stream_drop_ratio < 1%"});  // 14 of 1,500, of which this step opened 500.
  EXPECT_EQ(run.summarize().search->largest_passing, 1500);
}

TEST(SearchResult, without_a_passing_step_fails_the_run) {
  SampleRun run = search_run();
  set_thresholds(run, {"connect_tcp_max < 1us"});
  const LoadResults results = run.summarize();
  EXPECT_EQ(results.search->largest_passing, -1);
  EXPECT_EQ(results.exit_code, ExitCode::target_fails);
  EXPECT_EQ(results.exit_reason, "Not even the first step of the search passed: connect_tcp_max < 1us.");
}

struct Twenty {
  bool refused = false;     ///< Attempts fail from the seventh second to the ninth.
  bool of_one_age = false;  ///< Streams were opened one after the other, and are reset at one age.
  std::vector<std::string> thresholds = {"stream_drop_ratio < 1%"};
};

/// Twenty seconds, in two of which streams are reset.
std::string why_it_fails(std::uint64_t at_once, std::uint64_t later, const Twenty& how = {}) {
  SampleRun run = sample_run();
  run.phases = {{"hold", "hold", 0, 20 * 1'000'000'000LL, 1000}};
  run.seconds.clear();
  for (std::int64_t at = 1; at <= 20; ++at) {
    Snapshot second = sample_second(run.layout, 0, at, 1, 1000);
    if (at == 1) { sample_opening(second.populations[0], 1000); }
    const std::uint64_t resets = at == 7 ? at_once : at == 15 ? later : 0;
    constexpr auto kReset = static_cast<std::size_t>(EndReason::rst);
    second.populations[0].ends[kReset] = resets;
    if (how.of_one_age) {
      sample_times(second.populations[0].age[kReset], 5'200 * kSampleMs, 5'300 * kSampleMs, resets);
      if (at > 1 && at < 4) { sample_opening(second.populations[0], 1000); }
    } else {
      sample_times(second.populations[0].age[kReset], 5'200 * kSampleMs, 6'300 * kSampleMs, resets);
    }
    if (how.refused && at > 6 && at < 10) {
      second.populations[0].open_failures[static_cast<std::size_t>(OpenFailure::refused)] = 70;
    }
    run.seconds.push_back(std::move(second));
  }
  set_thresholds(run, how.thresholds);
  return run.summarize().exit_reason;
}

TEST(Summarize, says_in_the_last_line_that_streams_were_dropped_at_one_moment) {
  EXPECT_THAT(why_it_fails(400, 0),
              EndsWith(": 400 rst); 400 streams were dropped at one moment, 7.00 s after the start."));
  EXPECT_THAT(why_it_fails(400, 400), EndsWith(": 800 rst)."));
  EXPECT_THAT(why_it_fails(400, 10), HasSubstr("at one moment"));
  EXPECT_THAT(why_it_fails(400, 0, {.refused = true}),
              EndsWith("7.00 s after the start, attempts to open failed from 7.00 s to 9.00 s: 210 of 210 attempts "
                       "ended in refused."));
  EXPECT_THAT(why_it_fails(400, 0, {.thresholds = {"events < 0", "stream_drop_ratio < 1%"}}),
              HasSubstr("400 streams were dropped at one moment"))
      << "whatever else failed before it";
  EXPECT_THAT(why_it_fails(400, 0, {.of_one_age = true}), EndsWith("; 400 streams ended at the age of 5.25 s."));
}

TEST(Summarize, says_that_calls_failed_by_sessions_that_the_server_forgot) {
  SampleRun run = sample_run();
  auto& watchers = run.seconds[1].populations[0];
  watchers.tools[0].outcomes[static_cast<std::size_t>(CallOutcome::http_4xx)] = 400;
  set_thresholds(run, {"calls_ok_ratio > 99%"});
  EXPECT_THAT(run.summarize().exit_reason, HasSubstr("400 http_4xx, 10 no_stream)"));
  watchers[Counter::sessions_lost] = 40;
  EXPECT_THAT(run.summarize().exit_reason, HasSubstr("400 http_4xx, 10 no_stream; 40 sessions lost (404))"));
}

TEST(SearchResult, stands_in_the_last_line) {
  const LoadResults results = search_run().summarize();
  ASSERT_EQ(results.exit_code, ExitCode::good) << results.exit_reason;
  EXPECT_EQ(results.exit_reason, "The search found 1,000 streams to hold within the thresholds.");
}

TEST(SearchResult, asks_for_as_many_streams_as_were_wanted) {
  SampleRun run = search_run();
  run.seconds[1].populations[0][Gauge::streams_open] -= 10;
  run.phases.resize(2);
  run.phases[1].end_ns = 60'000'000'000;
  run.seconds.resize(2);
  EXPECT_EQ(run.summarize().search->limited_by, "only 990 of 1,000 streams were open at once");
}

TEST(SearchResult, of_a_late_generator_is_no_limit_of_the_target) {
  SampleRun run = search_run();
  for (int i = 0; i < 100; ++i) { run.seconds[2].populations[0][Timer::client_lag].record(kSampleSecond); }
  const LoadResults results = run.summarize();
  EXPECT_EQ(results.search->largest_passing, 1000);
  EXPECT_EQ(results.search->smallest_failing, -1);
  EXPECT_EQ(results.search->limited_by.substr(0, 25), "the generator: client lag");
}

TEST(SearchResult, judges_a_step_by_thresholds_of_its_own_too) {
  SampleRun run = search_run();
  set_thresholds(run, {"stream_drops in 'search 2' < 0", "stream_drops in search < 1000", "stream_drops in hold < 0"});
  EXPECT_EQ(run.summarize().search->largest_passing, 500);
  EXPECT_TRUE(is_step_of("search", "search 12"));
  EXPECT_FALSE(is_step_of("search", "search"));
  EXPECT_FALSE(is_step_of("search", "search 1a"));
  EXPECT_FALSE(is_step_of("search", "searching 1"));
}

}  // namespace
}  // namespace weir::reports::load
