#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "reports/compare/trend.hpp"
#include "reports/load/writers.hpp"
#include "reports/testdata/load_sample.hpp"
#include "wire/base/files.hpp"

namespace weir::reports::compare {
namespace {

using ::testing::HasSubstr;

Night kept_as_journal(const load::SampleRun& run) {
  const auto path = std::filesystem::path(::testing::TempDir()) / fmt::format("weir-night-{}", ::getpid());
  std::filesystem::remove(path);
  load::write_sample_journal(run, path.string());
  const auto journal = load::JournalBytes::of_file(path.string());
  std::filesystem::remove(path);
  return night_of("run.journal", read_run(*journal).value());
}

Night kept_as_report(const load::SampleRun& run) {
  return night_of_load_report("run.json", load::json_report(run.summarize())).value();
}

std::map<std::pair<std::string, std::string>, double> values_of(const Night& night) {
  std::map<std::pair<std::string, std::string>, double> out;
  for (const NightValue& one : night.values) { out.emplace(std::pair(one.phase, one.measure), one.value); }
  return out;
}

TEST(NightOfLoadReport, says_what_the_journal_of_the_same_run_says) {
  const auto run = load::sample_run();
  const Night journal = kept_as_journal(run), report = kept_as_report(run);
  EXPECT_EQ(report.series, journal.series);
  EXPECT_EQ(report.started_at, journal.started_at);
  EXPECT_EQ(report.left_out, journal.left_out);
  const auto by_journal = values_of(journal), by_report = values_of(report);
  for (const auto& [name, value] : by_report) {
    ASSERT_TRUE(by_journal.contains(name)) << name.first << ", " << name.second;
    EXPECT_NEAR(value, by_journal.at(name), 0.01 * by_journal.at(name)) << name.first << ", " << name.second;
  }
  for (const auto& [name, value] : by_journal) {
    // Two populations connect and come back; how many streams were open is not told second by second.
    const bool needs_samples = name.second.starts_with("connect_") || name.second.starts_with("reconnect_p") ||
                               name.second == "streams_open_ratio";
    EXPECT_EQ(by_report.contains(name), !needs_samples) << name.first << ", " << name.second;
  }
  EXPECT_TRUE(by_report.contains({"hold", "call_latency_p99"}));
  EXPECT_TRUE(by_report.contains({"hold", "heartbeat_gap_p50"}));
}

TEST(NightOfLoadReport, has_the_quantiles_of_a_population_that_is_alone) {
  auto run = load::sample_run();
  run.layout.populations.pop_back();
  for (auto& second : run.seconds) { second.populations.pop_back(); }
  const auto by_journal = values_of(kept_as_journal(run)), by_report = values_of(kept_as_report(run));
  for (const auto& [name, value] : by_journal) {
    if (name.second == "streams_open_ratio") { continue; }
    ASSERT_TRUE(by_report.contains(name)) << name.first << ", " << name.second;
    EXPECT_NEAR(by_report.at(name), value, 0.01 * value) << name.first << ", " << name.second;
  }
}

TEST(NightOfLoadReport, is_no_night_where_the_journal_were_none) {
  for (const auto& [change, why] : std::vector<std::pair<void (*)(load::SampleRun&), std::string>>{
           {[](load::SampleRun& run) { run.interrupted = true; }, "it was interrupted"},
           {[](load::SampleRun& run) { run.complete = false; }, "the run was killed"},
           {[](load::SampleRun& run) { run.invalid = {"too slow"}; }, "did not keep up: too slow"}}) {
    auto run = load::sample_run();
    change(run);
    EXPECT_THAT(kept_as_report(run).left_out, HasSubstr(why));
    EXPECT_EQ(kept_as_report(run).left_out, kept_as_journal(run).left_out);
  }
}

TEST(NightOfLoadReport, takes_nothing_that_is_none) {
  for (const char* text : {"", "[]", "{}", R"({"report":"load"})", R"({"report":"load","schema_version":1,"phases":3})",
                           R"({"report":"load","schema_version":2,"phases":[]})"}) {
    EXPECT_FALSE(night_of_load_report("x", text)) << text;
  }
  const auto odd = night_of_load_report(
      "x", R"({"schema_version":1,"phases":[1,{},{"populations":3},{"populations":[1,{"calls":[7],"counters":[]}]}]})");
  ASSERT_TRUE(odd) << odd.error();
  EXPECT_TRUE(odd->values.empty());
}

TEST(Trend, counts_a_run_that_was_kept_in_both_ways_once) {
  std::vector<Night> nights;
  for (int day = 1; day <= 6; ++day) {
    auto run = load::sample_run();
    run.run.started_at = fmt::format("2026-01-{:02}T03:04:05Z", day);
    nights.push_back(kept_as_report(run));
    if (day <= 3) { nights.push_back(kept_as_journal(run)); }
  }
  const Trend trend = trend_of(nights, {});
  ASSERT_FALSE(trend.series.empty());
  for (const Series& series : trend.series) {
    EXPECT_TRUE(series.nights.size() == 6 || series.nights.size() == 3) << series.measure;
    EXPECT_TRUE(series.changes.empty()) << series.measure << " in " << series.phase;
  }
  EXPECT_EQ(trend.exit_code, ExitCode::good);
}

}  // namespace
}  // namespace weir::reports::compare
