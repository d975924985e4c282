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
  EXPECT_EQ(judged("stream_drop_ratio < 1%").message, "stream_drop_ratio 0.0285, wanted < 0.01 (57 of 2,000 streams)");
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
  EXPECT_EQ(texts({{{"a", {}}}}), (std::vector<std::string>{"open_failure_ratio < 1%", "stream_drop_ratio < 1%"}));
  EXPECT_EQ(texts({{{"a", {}}, {"b", {"echo"}}}}).back(), "calls_ok_ratio >= 99%");
}

}  // namespace
}  // namespace weir::reports::load
