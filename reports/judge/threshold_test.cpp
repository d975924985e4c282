#include "reports/judge/threshold.hpp"

#include <gtest/gtest.h>

#include <set>

#include "reports/judge/measures.hpp"
#include "reports/testdata/load_sample.hpp"

namespace weir::reports::load {
namespace {

std::string complaint(std::string_view text) {
  const auto threshold = parse_threshold(text);
  return threshold ? "no complaint" : threshold.error();
}

ThresholdResult judged(std::string_view text, const SampleRun& run = sample_run()) {
  const LoadResults results = run.summarize();
  return judge(parse_threshold(text).value(), results.layout, results.total, results.phases);
}

TEST(Threshold, is_read_with_its_clauses_and_units) {
  const auto one = parse_threshold("  call_latency_p99.9 in 'search 3' of agents for \"do it\"  <=  1.5m ");
  ASSERT_TRUE(one) << one.error();
  EXPECT_EQ(one->text, "call_latency_p99.9 in 'search 3' of agents for \"do it\"  <=  1.5m");
  EXPECT_EQ(one->measure, "call_latency_p99.9");
  EXPECT_EQ(one->comparison, "<=");
  EXPECT_DOUBLE_EQ(one->bound, 90);
  EXPECT_EQ(one->phase, "search 3");
  EXPECT_EQ(one->population, "agents");
  EXPECT_EQ(one->tool, "do it");
  EXPECT_DOUBLE_EQ(parse_threshold("stream_drop_ratio<0.1%")->bound, 0.001);
  EXPECT_DOUBLE_EQ(parse_threshold("connect_tcp_max < 5us")->bound, 5e-6);
  EXPECT_DOUBLE_EQ(parse_threshold("connect_tcp_max < 5")->bound, 5);
  EXPECT_DOUBLE_EQ(parse_threshold("events_per_second > 120/m")->bound, 2);
  EXPECT_DOUBLE_EQ(parse_threshold("rss_per_stream < 2 KiB")->bound, 2048);
  EXPECT_EQ(parse_threshold("stream_drops == 0")->comparison, "==");
}

TEST(Threshold, that_is_none_is_explained) {
  EXPECT_EQ(complaint("stream_drop_ratoi < 1"),
            "unknown metric 'stream_drop_ratoi', did you mean 'stream_drop_ratio'?");
  EXPECT_EQ(complaint("call_latency_p0 < 1"), "unknown metric 'call_latency_p0', did you mean 'call_latency_p50'?");
  EXPECT_EQ(complaint("call_latency < 1s"), "unknown metric 'call_latency', did you mean 'call_latency_p50'?");
  EXPECT_EQ(complaint("weather < 1"), "unknown metric 'weather' (run --help-scenario lists them)");
  EXPECT_EQ(complaint("stream_drops"), "'stream_drops': has no comparison: write METRIC < VALUE");
  EXPECT_EQ(complaint(""), "'': has no comparison: write METRIC < VALUE");
  EXPECT_EQ(complaint("< 1"), "'< 1': names no metric: write METRIC < VALUE");
  EXPECT_EQ(complaint("stream_drops = 1"), "'stream_drops = 1': its comparison must be one of < <= > >= == !=");
  EXPECT_EQ(complaint("stream_drops < many"), "'stream_drops < many': 'many' is no number");
  EXPECT_EQ(complaint("stream_drops < 5s"),
            "'stream_drops < 5s': 's' does not fit stream_drops, which is in count (may be written with no unit)");
  EXPECT_EQ(complaint("byte_gap_max < 5%"),
            "'byte_gap_max < 5%': '%' does not fit byte_gap_max, which is in seconds (may be written with ns us ms s m "
            "h)");
  EXPECT_EQ(complaint("stream_drops at hold < 1"), "'stream_drops at hold < 1': 'at' must be 'in', 'of' or 'for'");
  EXPECT_EQ(complaint("stream_drops in < 1"), "'stream_drops in < 1': 'in' names nothing");
  EXPECT_EQ(complaint("stream_drops in a in b < 1"), "'stream_drops in a in b < 1': 'in' stands twice");
  EXPECT_EQ(complaint("stream_drops in 'a < 1"), "'stream_drops in 'a < 1': has a quote that does not end");
}

TEST(Threshold, says_what_was_measured_and_what_was_wanted) {
  EXPECT_EQ(judged("stream_drop_ratio < 1%").message,
            "stream_drop_ratio 0.0285, wanted < 0.01 (57 of 2,000 streams: 57 idle_cut)");
  EXPECT_FALSE(judged("stream_drop_ratio < 1%").passed);
  EXPECT_EQ(judged("stream_drops of watchers == 0").message, "stream_drops of watchers 0, wanted == 0");
  EXPECT_TRUE(judged("stream_drops of watchers == 0").passed);
  EXPECT_EQ(judged("stream_drops in ramp == 0").value, 0);
  EXPECT_EQ(judged("ends_idle_cut >= 57").value, 57);
  EXPECT_EQ(judged("streams_open_min in hold > 900").message,
            "streams_open_min in hold 943, wanted > 900 (of 1,000 wanted)");
  EXPECT_EQ(judged("streams_open_min > 900").value, 943) << "closing at the end does not count";
  EXPECT_NEAR(*judged("reconnect_max < 2s").value, 1.9, 1e-9);
  EXPECT_NEAR(*judged("calls_ok_ratio > 0").value, 2497.0 / 2510, 1e-9);
  EXPECT_NEAR(*judged("calls_ok_ratio for echo > 0").value, 2497.0 / 2500, 1e-9);
  EXPECT_EQ(judged("calls_http_503 == 2").value, 2);
  EXPECT_EQ(judged("calls_not_sent == 0").value, 10);
  EXPECT_NEAR(*judged("stream_age_min > 1m").value, 60, 1e-9);
  EXPECT_NEAR(*judged("stream_age_min in 'after deploy' > 1m").value, 90, 1e-9) << "those that we closed";
  EXPECT_EQ(judged("events_lost == 0").value, 4);
  EXPECT_NEAR(*judged("open_failure_ratio < 1%").value, 3.0 / 2003, 1e-9);
  EXPECT_NEAR(*judged("rss_per_stream < 1 MiB").value, 24.0 * 1024 * 1024 / 1000, 1e-6);
}

TEST(Threshold, over_streams_divides_by_those_at_risk_not_by_those_of_its_own_phase) {
  EXPECT_EQ(judged("stream_drop_ratio in hold < 6%").message,
            "stream_drop_ratio in hold 0.057, wanted < 0.06 (57 of 1,000 streams: 57 idle_cut)");
  EXPECT_EQ(judged("stream_drop_ratio of idlers in hold < 50%").message,
            "stream_drop_ratio in hold of idlers 0.228, wanted < 0.5 (57 of 250 streams: 57 idle_cut)");
  SampleRun run = sample_run();
  run.seconds.erase(run.seconds.begin() + 2);
  EXPECT_EQ(judged("stream_drop_ratio in hold == 0", run).value, 0) << "a faultless hold opens none";
}

TEST(Threshold, compares_drops_of_runs_by_the_time_that_streams_were_held) {
  SampleRun run = sample_run();
  EXPECT_EQ(judged("drops_per_1000_stream_hours < 1", run).value, std::nullopt);
  for (Snapshot& second : run.seconds) {
    for (auto& numbers : second.populations) {
      numbers[Counter::stream_ms] =
          static_cast<std::uint64_t>(numbers[Gauge::streams_open] * second.span_ns / 1'000'000);
    }
  }
  // 10 s and 50 s of 1,000 streams, 40 s of 943, 10 s of 1,000: 29.9 hours.
  EXPECT_NEAR(*judged("drops_per_1000_stream_hours < 1", run).value, 57'000 / 29.922, 1);
  EXPECT_EQ(judged("drops_per_1000_stream_hours < 1", run).message,
            "drops_per_1000_stream_hours 1905, wanted < 1.00 (57 drops in 29.9 stream-hours)");
}

TEST(Threshold, asks_how_many_of_the_wanted_streams_were_held) {
  EXPECT_EQ(judged("streams_held_ratio >= 99%").message,
            "streams_held_ratio 1, wanted >= 0.99 (1,000 of 1,000 streams)");
  SampleRun run = sample_run();
  for (Snapshot& second : run.seconds) { second.populations[0][Gauge::streams_target] = 19'750; }
  EXPECT_EQ(judged("streams_held_ratio >= 99%", run).message,
            "streams_held_ratio 0.05, wanted >= 0.99 (1,000 of 20,000 streams)");
  run.seconds.resize(1);
  EXPECT_EQ(judged("streams_held_ratio >= 99%", run).value, 1) << "wanted for a second: they had no time to come";
  run = sample_run();
  for (Snapshot& second : run.seconds) {
    for (auto& numbers : second.populations) { numbers[Gauge::streams_target] = numbers[Gauge::streams_open] = 0; }
  }
  EXPECT_EQ(judged("streams_held_ratio >= 99%", run).value, 1) << "plain calls want none";
}

TEST(Threshold, counts_what_goes_on_for_the_longest) {
  SampleRun run = sample_run();
  run.seconds[2].populations[0][Open::heartbeat_gap] = 40 * static_cast<std::int64_t>(kSampleSecond);
  run.seconds[3].populations[1][Open::byte_gap] = 45 * static_cast<std::int64_t>(kSampleSecond);
  run.seconds[2].populations[1][Gauge::streams_silent_30s] = 200;
  EXPECT_EQ(judged("heartbeat_gap_max in hold < 20s", run).message,
            "heartbeat_gap_max in hold 40.0 s, wanted < 20.0 s (one that had not ended)");
  EXPECT_NEAR(*judged("heartbeat_gap_p99 in hold < 20s", run).value, 15.2, 0.1);
  EXPECT_EQ(judged("byte_gap_max < 20s", run).value, 45) << "though none was over";
  EXPECT_EQ(judged("byte_gap_p99 < 20s", run).value, std::nullopt);
  EXPECT_EQ(judged("streams_silent_30s == 0", run).value, 200);
  EXPECT_EQ(judged("streams_silent_30s of watchers == 0", run).value, 0);
  EXPECT_EQ(judged("streams_silent_60s == 0", run).value, 0);
}

TEST(Threshold, takes_neither_our_own_ends_nor_answered_calls_for_drops) {
  SampleRun run = sample_run();
  run.seconds[1].populations[0].ends[static_cast<std::size_t>(EndReason::worker_lost)] = 500;
  run.seconds[1].populations[0].ends[static_cast<std::size_t>(EndReason::completed)] = 100;
  run.seconds[1].populations[0].tools[0].outcomes[static_cast<std::size_t>(CallOutcome::unfinished)] = 30;
  EXPECT_EQ(judged("stream_drops == 57", run).value, 57);
  EXPECT_EQ(judged("ends_completed == 100", run).value, 100);
  EXPECT_NEAR(*judged("calls_ok_ratio for echo > 0", run).value, 2497.0 / 2500, 1e-9);
  EXPECT_EQ(judged("calls_unfinished == 30", run).value, 30);
}

TEST(Threshold, takes_a_stream_that_was_to_be_polled_for_held_until_it_is_not_taken_up_again) {
  SampleRun run = sample_run();
  auto& numbers = run.seconds[1].populations[0];
  numbers.ends[static_cast<std::size_t>(EndReason::polled)] = 400;
  numbers[Counter::polls_resumed] = 390;
  EXPECT_EQ(judged("stream_drops == 57", run).value, 57);
  EXPECT_EQ(judged("ends_polled == 400", run).value, 400);
  EXPECT_EQ(judged("polls_resumed_ratio == 1", run).message, "polls_resumed_ratio 1, wanted == 1 (390 of 390 streams)");
  EXPECT_EQ(judged("polls_resumed_ratio in ramp == 1", run).value, 1) << "none had to";
  numbers[Counter::polls_failed] = 10;
  EXPECT_EQ(judged("polls_failed == 10", run).value, 10);
  EXPECT_EQ(judged("polls_resumed_ratio > 99%", run).value, 0.975);
  EXPECT_EQ(judged("stream_drop_ratio in hold < 6%", run).message,
            "stream_drop_ratio in hold 0.067, wanted < 0.06 (67 of 1,000 streams: 57 idle_cut, 10 polls_failed)");
  for (Snapshot& second : run.seconds) {
    second.populations[0][Gauge::streams_open] -= 500;
    second.populations[0][Gauge::streams_polled] = 500;
  }
  EXPECT_EQ(judged("streams_open_max == 500", run).value, 500);
  EXPECT_EQ(judged("streams_held_ratio >= 99%", run).value, 1);
  EXPECT_EQ(judged("streams_open_ratio_min > 90%", run).value, judged("streams_open_ratio_min > 90%").value);
}

TEST(Threshold, takes_a_stream_that_has_ceased_and_an_answer_that_came_again_for_no_success) {
  SampleRun run = sample_run();
  run.seconds[1].populations[0][Counter::streams_ceased] = 25;
  run.seconds[1].populations[0].tools[0].outcomes[static_cast<std::size_t>(CallOutcome::duplicate)] = 50;
  EXPECT_EQ(judged("streams_ceased == 0", run).value, 25);
  EXPECT_FALSE(judged("streams_ceased_ratio < 1%", run).passed);
  EXPECT_EQ(judged("calls_duplicate_ratio < 1%", run).message,
            "calls_duplicate_ratio 0.01992, wanted < 0.01 (50 of 2,510 calls)");
}

TEST(Threshold, takes_a_call_under_way_at_the_end_for_no_part_of_what_failed) {
  SampleRun run = sample_run();
  auto& outcomes = run.seconds[1].populations[0].tools[0].outcomes;
  outcomes[static_cast<std::size_t>(CallOutcome::unfinished)] = 900;
  outcomes[static_cast<std::size_t>(CallOutcome::timeout)] += 500;
  const std::string said = judged("calls_ok_ratio for echo >= 99%", run).message;
  EXPECT_EQ(said.find("unfinished"), std::string::npos) << said;
  EXPECT_NE(said.find("50"), std::string::npos) << said;
}

TEST(Threshold, has_no_loss_to_tell_where_streams_came_back_without_an_id) {
  SampleRun run = sample_run();
  EXPECT_TRUE(judged("events_lost of watchers < 10", run).value);
  run.seconds[1].populations[0][Counter::reconnects_blind] = 7;
  EXPECT_EQ(judged("events_lost of watchers < 10", run).message,
            "events_lost of watchers: nothing was measured, wanted < 10 (7 streams came back without an id: what they "
            "missed is not counted)");
  EXPECT_FALSE(judged("events_lost_ratio < 1%", run).passed);
  EXPECT_TRUE(judged("events_repeated_ratio < 1%", run).value);
}

TEST(Threshold, takes_streams_that_wait_to_come_back_for_streams_that_have_not) {
  SampleRun run = sample_run();
  for (Snapshot& second : run.seconds) {
    for (auto& numbers : second.populations) {
      numbers[Counter::reconnects_ok] = numbers[Counter::reconnects_failed] = 0;
    }
  }
  EXPECT_EQ(judged("reconnect_ratio >= 1", run).value, 1);
  run.seconds[1].populations[0][Counter::returns_waiting] = 50;
  EXPECT_EQ(judged("reconnect_ratio >= 99%", run).message,
            "reconnect_ratio 0, wanted >= 0.99 (0 of 50 attempts, 50 wait still)");
}

TEST(Threshold, fails_where_nothing_was_measured) {
  for (const char* text :
       {"events_lost of idlers == 0", "delivery_delay_p99 < 1s", "events_coalesced == 0",
        "call_latency_p99 of idlers < 1s", "calls_lost of idlers == 0", "reconnect_p99 in hold < 5s",
        "heartbeat_gap_max in ramp < 20s", "rss_per_stream of watchers < 1 GB", "stream_drops in nowhere == 0"}) {
    const ThresholdResult one = judged(text);
    EXPECT_FALSE(one.passed) << text;
    EXPECT_EQ(one.value, std::nullopt) << text;
  }
  EXPECT_EQ(judged("delivery_delay_p99 < 1s").message, "delivery_delay_p99: nothing was measured, wanted < 1.00 s");
  EXPECT_EQ(judged("stream_drops in nowhere == 0").message,
            "stream_drops in nowhere: the run had no such phase, or ended before it");
}

TEST(Threshold, counts_a_ratio_of_nothing_only_where_it_could_have_been_something) {
  EXPECT_EQ(judged("reconnect_ratio in hold >= 1").value, 1);
  SampleRun run = sample_run();
  run.seconds.clear();
  EXPECT_EQ(judged("reconnect_ratio >= 1", run).value, std::nullopt);
  EXPECT_EQ(judged("stream_drops == 0", run).value, std::nullopt);
  EXPECT_EQ(judged("open_failure_ratio == 0", run).value, std::nullopt);
}

TEST(Threshold, has_a_table_of_measures_that_all_parse) {
  std::set<std::string> names;
  for (const std::string& name : measure_names()) {
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_TRUE(parse_threshold(name + " < 1")) << name;
  }
  const std::string help = threshold_help();
  for (const MeasureHelp& measure : threshold_measures()) {
    EXPECT_FALSE(measure.help.empty()) << measure.name;
    EXPECT_NE(help.find("  " + measure.name + " "), std::string::npos) << measure.name;
  }
  for (const char* wanted : {"call_latency_p37.5", "connect_first_event_p99", "schedule_lag_p99", "client_lag_p99"}) {
    EXPECT_TRUE(find_measure(wanted)) << wanted;
  }
}

TEST(Threshold, by_default_asks_for_calls_only_where_there_are) {
  const auto texts = [](const Layout& layout) {
    std::vector<std::string> out;
    for (const Threshold& one : default_thresholds(layout)) { out.push_back(one.text); }
    return out;
  };
  EXPECT_EQ(texts({{{"a", {}}}}), (std::vector<std::string>{"open_failure_ratio < 1%", "stream_drop_ratio < 1%",
                                                            "streams_held_ratio >= 99%", "streams_ceased_ratio < 1%"}));
  EXPECT_EQ(texts({{{"a", {}}, {"b", {"echo"}}}}).back(), "calls_duplicate_ratio < 1%");
  const Layout layout{{{"a", {}}}};
  Snapshot numbers(layout);
  numbers.populations[0][Counter::events_sequenced] = 5;
  EXPECT_EQ(default_thresholds(layout, numbers).size(), 6u) << "where a sequence is known, what it says";
  numbers.populations[0][Counter::reconnects_blind] = 1;
  EXPECT_EQ(default_thresholds(layout, numbers).size(), 5u);
}

}  // namespace
}  // namespace weir::reports::load
