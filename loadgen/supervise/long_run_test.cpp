// A run of many seconds, each of twenty milliseconds, through supervisor and workers: neither grows with the run, every
// stream that was opened is ended, and the journal tells the same.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "fixtures/hub/hub.hpp"
#include "loadgen/supervise/test_seams.hpp"
#include "reports/judge/accumulator.hpp"
#include "wire/testing/heap.hpp"

namespace weir::loadgen {
namespace {

using namespace reports::load;
using wire::testing::heap_bytes;

constexpr std::int64_t kBrief = 20 * kMillisecond;
constexpr std::size_t kWorkers = 2;
constexpr std::int64_t kStreams = 20;
/// What may come with time: points of the plot until it is full, buckets of histograms that had no value before.
constexpr std::int64_t kMayGrow = 768 * 1024;

/// ci/nightly asks for eight hours of them, which is far beyond the points of a plot.
std::int64_t seconds_to_run() {
  std::int64_t seconds = 200;
  if (const char* told = std::getenv("WEIR_LONG_RUN_SECONDS")) {
    const std::string_view text = told;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
  }
  return seconds;
}

/// Said by each worker of itself; shared with the processes that are forked.
using Heaps = std::array<std::atomic<std::int64_t>, kWorkers>;

class SharedHeaps {
 public:
  SharedHeaps()
      : memory_(::mmap(nullptr, sizeof(Heaps), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
        heaps_(new(memory_) Heaps{}) {}
  ~SharedHeaps() { ::munmap(memory_, sizeof(Heaps)); }
  SharedHeaps(const SharedHeaps&) = delete;
  SharedHeaps& operator=(const SharedHeaps&) = delete;
  Heaps& operator*() const { return *heaps_; }

 private:
  void* memory_;
  Heaps* heaps_;
};

WorkerMain told_by(Heaps& heaps) {
  return [&heaps](const WorkerPlan& plan, int control) {
    std::atomic<bool> over{false};
    std::thread watcher([&] {
      for (; !over; std::this_thread::sleep_for(std::chrono::milliseconds(1))) { heaps[plan.index] = heap_bytes(); }
    });
    const int code = run_worker(plan, control);
    over = true;
    watcher.join();
    return code;
  };
}

/// Of the supervisor and each worker.
using Memory = std::array<std::int64_t, 1 + kWorkers>;

Memory memory_of(const Heaps& heaps) {
  Memory now{heap_bytes()};
  for (std::size_t i = 0; i < kWorkers; ++i) { now[i + 1] = heaps[i]; }
  return now;
}

std::uint64_t ended(const PopulationNumbers& numbers) {
  std::uint64_t sum = 0;
  for (const std::uint64_t one : numbers.ends) { sum += one; }
  return sum;
}

/// Of a file that is not there yet.
struct Journal {
  Journal() {
    char name[] = "/tmp/weir-long-run-XXXXXX";
    folder = ::mkdtemp(name);
  }
  ~Journal() { std::filesystem::remove_all(folder); }
  std::string path() const { return folder + "/journal"; }
  std::string text() const {
    std::stringstream all;
    all << std::ifstream(path(), std::ios::binary).rdbuf();
    return all.str();
  }
  std::string folder;
};

TEST(LongRun, needs_no_more_memory_than_a_short_one_and_keeps_exact_accounts) {
  fixtures::hub::Options with_events;
  with_events.rate = 10;
  auto hub = fixtures::hub::RunningHub::start(with_events);
  ASSERT_TRUE(hub) << hub.error().detail;
  const Journal journal;
  const SharedHeaps heaps;

  Scenario scenario;
  scenario.name = "hours";
  scenario.target.url = hub->origin() + "/mcp";
  scenario.workers = kWorkers;
  Population& population = scenario.populations.emplace_back();
  population.stream = StreamKind::streamable_get;
  population.revision = wire::mcp::k2025_11_25;
  population.reconnect.base = 20 * kMillisecond;
  population.calls.push_back({.tool = "echo", .arguments = {{"message", "hi"}}, .per_second = 50});
  Phase ramp;
  ramp.name = "up";
  ramp.kind = Phase::Kind::ramp;
  ramp.streams = kStreams;
  ramp.duration = 10 * kBrief;
  Phase churn;
  churn.name = "churn";
  churn.kind = Phase::Kind::churn;
  churn.per_second = 50;
  churn.duration = seconds_to_run() * kBrief;
  scenario.phases = {ramp, churn};

  RunOptions options;
  options.quiet = true;
  options.journal = journal.path();
  TestSeams seams;
  seams.second_ns = kBrief;
  seams.worker_main = told_by(*heaps);
  std::optional<Memory> early;
  Memory late{};
  std::int64_t told = 0;
  seams.on_second = [&](Workers&, const Snapshot& second) {
    ++told;
    if (!early && second.at_ns > churn.duration * 6 / 10) { early = memory_of(*heaps); }
    if (second.at_ns < churn.duration) { late = memory_of(*heaps); }
  };
  const std::atomic<int> no_signal{0};
  const auto result = supervise_on(seams, scenario, options, no_signal);
  ASSERT_TRUE(result) << result.error().detail;

  ASSERT_TRUE(early);
  for (std::size_t i = 0; i < late.size(); ++i) {
    EXPECT_GT((*early)[i], 0) << i;
    EXPECT_LT(late[i], (*early)[i] + kMayGrow) << (i == 0 ? "the supervisor" : "a worker");
  }
  const LoadResults& results = result->results;
  const PopulationNumbers& all = results.total.numbers.populations[0];
  EXPECT_GE(all[Counter::streams_opened], static_cast<std::uint64_t>(kStreams));
  EXPECT_EQ(all[Counter::streams_opened], ended(all));
  EXPECT_LE(results.timeline.size(), kTimelinePoints + 1);

  const auto kept = results_of_journal(journal.text());
  ASSERT_TRUE(kept) << kept.error();
  const PopulationNumbers& again = kept->total.numbers.populations[0];
  EXPECT_EQ(again.counters, all.counters);
  EXPECT_EQ(again.ends, all.ends);
  EXPECT_EQ(kept->exit_code, results.exit_code);
  RecordProperty("seconds", static_cast<int>(told));
}

}  // namespace
}  // namespace weir::loadgen
