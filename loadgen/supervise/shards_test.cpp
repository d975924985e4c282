// Runs of one of several generators, over fake workers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "loadgen/supervise/fake_worker.hpp"
#include "reports/judge/merge.hpp"
#include "reports/load/writers.hpp"

namespace weir::loadgen {
namespace {

using namespace reports::load;
using loadgen::testing::fake_worker;
using loadgen::testing::kShortSecond;
using loadgen::testing::Listener;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class Shards : public ::testing::Test {
 protected:
  Shards() {
    char name[] = "/tmp/weir-shards-XXXXXX";
    folder_ = ::mkdtemp(name);
    scenario_.target.name = "staging";
    scenario_.target.url = listener_.url();
    scenario_.populations.resize(1);
    scenario_.populations[0].stream = StreamKind::plain_get;
    scenario_.workers = 2;
    scenario_.thresholds = {};
    options_.quiet = true;
    options_.shards = 3;
    options_.run_id = "night-7";
    options_.tool_version = "0.1.0";
    seams_.worker_main = fake_worker();
    seams_.second_ns = kShortSecond;
    seams_.lead_ns = 30 * kMillisecond;
    seams_.machine = Machine{
        .cores = 2, .files_per_process = 20'000, .files_free = 10'000'000, .memory_free_bytes = std::int64_t{8} << 30};
  }
  ~Shards() override {
    std::filesystem::remove_all(folder_);
    int status = 0;
    EXPECT_EQ(::waitpid(-1, &status, WNOHANG), -1) << "a worker was left behind";
  }

  void phase(Phase::Kind kind, std::int64_t seconds, std::int64_t streams = 0) {
    Phase made;
    made.kind = kind;
    made.name = fmt::format("{} {}", to_string(kind), scenario_.phases.size());
    made.duration = seconds * kShortSecond;
    made.streams = streams;
    scenario_.phases.push_back(made);
  }
  std::string journal(std::uint32_t shard) const { return fmt::format("{}/{}.journal", folder_, shard + 1); }
  static std::string read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  wire::Result<RunResult> run() { return supervise_on(seams_, scenario_, options_, signals_); }
  LoadResults run_shard(std::uint32_t shard) {
    options_.shard = shard;
    options_.journal = journal(shard);
    const auto result = run();
    EXPECT_TRUE(result) << result.error().detail;
    return result ? result->results : LoadResults{};
  }

  Listener listener_;
  std::string folder_;
  Scenario scenario_;
  RunOptions options_;
  TestSeams seams_;
  std::atomic<int> signals_{0};
};

std::uint64_t opened(const LoadResults& results) {
  return results.total.numbers.populations[0][Counter::streams_opened];
}

TEST_F(Shards, are_merged_to_the_whole_scenario) {
  phase(Phase::Kind::ramp, 2, 101);
  phase(Phase::Kind::hold, 2);
  std::vector<std::string> texts;
  std::uint64_t sum = 0;
  for (std::uint32_t shard = 0; shard < 3; ++shard) {
    sum += opened(run_shard(shard));
    texts.push_back(read(journal(shard)));
  }
  EXPECT_EQ(sum, 101U);
  auto merge = ShardMerge::open({{"1", texts[0]}, {"2", texts[1]}, {"3", texts[2]}});
  ASSERT_TRUE(merge) << merge.error();
  const auto results = results_of_shards(*merge, true, nullptr);  // They ran after another here.
  ASSERT_TRUE(results) << results.error();
  EXPECT_EQ(results->exit_code, reports::ExitCode::good) << results->exit_reason;
  EXPECT_EQ(opened(*results), 101U);
  EXPECT_EQ(results->total.peak_open, 101);
  EXPECT_EQ(results->run.workers, 6);
  ASSERT_EQ(results->phases.size(), 2U);
  EXPECT_EQ(results->phases[1].info.start_ns, 2 * kShortSecond);
}

TEST_F(Shards, that_come_late_begin_where_the_others_are) {
  phase(Phase::Kind::ramp, 2, 90);
  phase(Phase::Kind::hold, 40);
  options_.start_at_unix_ns = realtime_ns() - 3 * kShortSecond;
  const auto results = run_shard(1);
  const auto late = results.run.shard.late_ns;
  EXPECT_GE(late, 3 * kShortSecond);
  EXPECT_EQ(late % kShortSecond, 0);
  EXPECT_EQ(results.run.start_unix_ns, *options_.start_at_unix_ns);
  ASSERT_EQ(results.phases.size(), 2U);
  EXPECT_EQ(results.phases[0].info.name, "ramp 0");
  EXPECT_EQ(results.phases[0].info.end_ns, 2 * kShortSecond);
  EXPECT_EQ(results.phases[1].info.start_ns, 2 * kShortSecond);
  EXPECT_EQ(results.phases[1].info.end_ns, 42 * kShortSecond);
  EXPECT_EQ(opened(results), 30U);
  EXPECT_THAT(results.incidents, Contains(HasSubstr("s late, at that place of the scenario")));
  const auto kept = parse_journal(read(journal(1)));
  ASSERT_TRUE(kept) << kept.error();
  ASSERT_FALSE(kept->seconds.empty());
  EXPECT_GT(kept->seconds.front().at_ns, late);
  EXPECT_LE(kept->seconds.front().at_ns, late + kShortSecond);
}

TEST_F(Shards, that_come_after_the_end_are_refused) {
  phase(Phase::Kind::hold, 2);
  options_.start_at_unix_ns = realtime_ns() - 60 * kSecond;
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, wire::ErrorCode::bad_input);
  EXPECT_THAT(result.error().detail, HasSubstr("shard 1/3 comes too late"));
}

TEST_F(Shards, do_not_search) {
  phase(Phase::Kind::search, 1, 10);
  scenario_.phases.back().step = 10;
  scenario_.phases.back().most = 40;
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, wire::ErrorCode::bad_input);
  EXPECT_THAT(result.error().detail, HasSubstr("a search goes on by the numbers of the whole run"));
}

TEST_F(Shards, say_which_run_they_are_of) {
  phase(Phase::Kind::hold, 1);
  options_.labels = {{"commit", "4f2a91c"}};
  const auto results = run_shard(2);
  EXPECT_EQ(results.run.run_id, "night-7");
  EXPECT_EQ(results.run.scenario_hash.size(), 16U);
  EXPECT_EQ(results.run.shard.text(), "3/3");
  EXPECT_EQ(results.run.labels, options_.labels);
  EXPECT_THAT(results.run.kernel, HasSubstr("Linux"));
  const auto kept = parse_journal(read(journal(2)));
  ASSERT_TRUE(kept) << kept.error();
  EXPECT_EQ(kept->head.run, results.run);
}

TEST_F(Shards, show_no_credential_of_a_url) {
  phase(Phase::Kind::hold, 1);
  scenario_.target.url += "/hush-hush-key?code=hush-hush-code";
  scenario_.target.secrets = {"hush-hush-key"};
  options_.labels = {{"note", "hush-hush-code"}};
  options_.command = "weir-loadgen hold hush-hush-key";
  const auto results = run_shard(0);
  const auto everything = read(journal(0)) + json_report(results) + console_report(results, {}) +
                          markdown_report(results) + junit_report(results);
  EXPECT_THAT(everything, Not(HasSubstr("hush-hush")));
  EXPECT_THAT(everything, HasSubstr("***"));
}

}  // namespace
}  // namespace weir::loadgen
