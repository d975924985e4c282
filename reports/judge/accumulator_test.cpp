#include "reports/judge/accumulator.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "reports/load/writers.hpp"
#include "reports/testdata/load_sample.hpp"

namespace weir::reports::load {
namespace {

/// A file for a journal.
class Journalled {
 public:
  Journalled() {
    char name[] = "/tmp/weir-accumulator-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  ~Journalled() {
    ::unlink(path().c_str());
    ::rmdir(folder_.c_str());
  }
  Journalled(const Journalled&) = delete;
  Journalled& operator=(const Journalled&) = delete;

  std::string path() const { return folder_ + "/run.journal"; }
  std::string bytes() const {
    std::ostringstream text;
    text << std::ifstream(path(), std::ios::binary).rdbuf();
    return text.str();
  }

 private:
  std::string folder_;
};

TEST(Accumulator, comes_to_the_same_results_by_the_journal) {
  const std::vector<std::pair<std::string, std::function<void(SampleRun&)>>> kRuns = {
      {"failed", [](SampleRun&) {}},
      {"good", [](SampleRun& run) { run.run.thresholds = {parse_threshold("stream_drops < 100").value()}; }},
      {"invalid", [](SampleRun& run) { run.invalid = {"worker 1 died (signal 9), 412 streams lost"}; }},
      {"interrupted", [](SampleRun& run) { run.interrupted = true; }},
      {"killed", [](SampleRun& run) { run.complete = false; }},
      {"unasked",
       [](SampleRun& run) {
         run.phases.clear();
         run.seconds.clear();
         run.incidents = {{0, "nobody listens"}};
       }},
      {"searched", [](SampleRun& run) { run.phases[2].kind = "search"; }},
  };
  for (const auto& [name, change] : kRuns) {
    SampleRun run = sample_run();
    change(run);
    const Journalled file;
    write_sample_journal(run, file.path());
    const auto again = results_of_journal(file.bytes());
    ASSERT_TRUE(again) << again.error();
    EXPECT_EQ(json_report(*again), json_report(run.summarize())) << name;
    EXPECT_EQ(console_report(*again, {}), console_report(run.summarize(), {})) << name;
  }
}

TEST(Accumulator, needs_no_more_memory_for_a_longer_run) {
  SampleRun run = sample_run();
  Timeline timeline(run.layout, 10);
  for (std::int64_t i = 1; i <= 501; ++i) { timeline.add(sample_second(run.layout, 1, i, 1, 1000)); }
  EXPECT_LE(timeline.points().size(), 11U);
  EXPECT_EQ(timeline.points().back().at_seconds, 501);
}

TEST(Accumulator, sees_a_short_dip_in_a_long_run) {
  SampleRun run = sample_run();
  Accumulator judge(run.run, run.layout);
  judge.begin({"hold", "hold", 0, -1, 1000});
  for (std::int64_t i = 1; i <= 1'000; ++i) {
    judge.second(sample_second(run.layout, 0, i, 1, i >= 100 && i < 105 ? 40 : 1000));
  }
  EXPECT_EQ(judge.results().phases[0].open.least, 40);
}

}  // namespace
}  // namespace weir::reports::load
