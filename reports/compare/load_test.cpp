#include "reports/compare/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <random>

#include "reports/compare/identity.hpp"
#include "reports/testdata/golden.hpp"
#include "reports/testdata/load_sample.hpp"
#include "wire/base/duration.hpp"

namespace weir::reports::compare {
namespace {

using namespace load;
using ::testing::HasSubstr;

/// What happens to a run of a minute from some second on.
struct Changed {
  double slower = 1;  ///< Calls.
  int drops = 0;      ///< A second.
  int failed = 0;     ///< Calls a second.
  double heartbeats = 1;
  int from = 0;  ///< Second.
};

constexpr std::size_t kRuns = 15;  // 105 comparisons.
constexpr int kSeconds = 60, kStreams = 1000, kCalls = 200;

/// Calls of 20 ms about which they spread as latencies do, on a target that wanders by 0.5 % from second to second.
SampleRun minute(std::uint64_t seed, const Changed& changed = {}) {
  SampleRun sample;
  sample.run.target_name = "staging";
  sample.run.target_url = "https://mcp.example.com/mcp";
  sample.run.started_at = "2026-01-02T03:04:05Z";
  sample.run.scenario = "soak.yaml";
  sample.run.scenario_text =
      "name: soak\ntarget:\n  url: here\nseed: " + std::to_string(seed) + "\nphases:\n  - hold\n";
  sample.layout = {{{"streams", {"echo"}}}};
  sample.phases = {{"hold", "hold", 0, kSeconds * wire::kSecond, kStreams}};
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  double wander = 0;
  for (int i = 0; i < kSeconds; ++i) {
    const Changed now = i >= changed.from ? changed : Changed{};
    Snapshot second(sample.layout);
    second.at_ns = (i + 1) * wire::kSecond;
    second.span_ns = wire::kSecond;
    auto& numbers = second.populations[0];
    numbers[Gauge::streams_target] = kStreams;
    numbers[Gauge::streams_open] = kStreams;
    numbers[Counter::stream_ms] = kStreams * 1000;
    if (i == 0) { numbers[Counter::streams_opened] = kStreams; }
    numbers[Counter::events] = 5000 + random() % 100;
    numbers[Counter::heartbeats] = static_cast<std::uint64_t>(static_cast<double>(60 + random() % 8) * now.heartbeats);
    numbers.ends[static_cast<std::size_t>(EndReason::rst)] = static_cast<std::uint64_t>(now.drops);
    numbers[Timer::schedule_lag].record(100'000, 50);
    wander = 0.7 * wander + 0.005 * normal(random);
    auto& echo = numbers.tools[0];
    for (int call = 0; call < kCalls; ++call) {
      echo.duration.record(static_cast<std::uint64_t>(20e6 * now.slower * std::exp(wander + 0.4 * normal(random))));
    }
    echo.intended = kCalls;
    echo.outcomes[static_cast<std::size_t>(CallOutcome::http_503)] = static_cast<std::uint64_t>(now.failed);
    echo.outcomes[static_cast<std::size_t>(CallOutcome::ok)] = static_cast<std::uint64_t>(kCalls - now.failed);
    sample.seconds.push_back(std::move(second));
  }
  return sample;
}

class Journal {
 public:
  explicit Journal(const SampleRun& sample) {
    const auto path = std::filesystem::path(::testing::TempDir()) /
                      ("weir_compare_" + std::to_string(::getpid()) + "_" + std::to_string(count_++));
    std::filesystem::remove(path);
    writer_ = JournalWriter::create(path.string(), {sample.run, sample.layout}).value();
    Accumulator judge(sample.run, sample.layout);
    Events events{writer_, judge};
    sample.tell(events, judge);
    text_ = read(path.string());
    std::filesystem::remove(path);
  }
  const std::string& text() const { return text_; }

 private:
  /// What a supervisor does with what happens: it judges it, and keeps it.
  struct Events final : RunEvents {
    Events(JournalWriter& to, Accumulator& by) : writer(to), judge(by) {}
    void begin(const PhaseInfo& phase) override { keep(phase), judge.begin(phase); }
    void second(const Snapshot& one) override { keep(one), judge.second(one); }
    void incident(const Incident& one) override { keep(one), judge.incident(one); }
    void invalid(const Incident& why) override { EXPECT_TRUE(writer.append_invalid(why)), judge.invalid(why); }
    void judged(const SearchStep& step) override { keep(step), judge.judged(step); }
    void closing(const Closing& one) override { keep(one), judge.closing(one); }
    void end(bool interrupted) override { EXPECT_TRUE(writer.finish(interrupted)), judge.end(interrupted); }
    template <class T>
    void keep(const T& what) {
      EXPECT_TRUE(writer.append(what));
    }
    JournalWriter& writer;
    Accumulator& judge;
  };

  static inline int count_ = 0;
  JournalWriter writer_;
  std::string text_;
};

RecordedRun recorded(const SampleRun& sample) { return read_run(Journal(sample).text()).value(); }

LoadComparison compared(const RecordedRun& before, const RecordedRun& after, const LoadOptions& options = {}) {
  auto found = compare_loads(before, after, options);
  EXPECT_TRUE(found) << found.error();
  return found ? *std::move(found) : LoadComparison();
}

const MeasureChange& measure(const LoadComparison& comparison, std::string_view name) {
  for (const MeasureChange& one : comparison.measures) {
    if (one.measure == name && one.scope.empty()) { return one; }
  }
  ADD_FAILURE() << "no measure " << name;
  static const MeasureChange kNone;
  return kNone;
}

TEST(Blocks, are_half_a_minute_to_a_minute_and_shorter_only_of_short_phases) {
  const auto seconds = [](double phase) {
    return block_length_ns(static_cast<std::int64_t>(phase * 1e9)) / wire::kSecond;
  };
  EXPECT_EQ(seconds(5), 1);
  EXPECT_EQ(seconds(60), 6);
  EXPECT_EQ(seconds(300), 30);
  EXPECT_EQ(seconds(1800), 30);
  EXPECT_EQ(seconds(3600), 60);
  EXPECT_EQ(seconds(8 * 3600), 240);
}

TEST(Blocks, hold_every_second_of_a_phase_once) {
  const RecordedRun run = recorded(minute(1));
  ASSERT_EQ(run.phases.size(), 1U);
  EXPECT_EQ(run.phases[0].blocks.size(), 10U);
  Snapshot whole(run.results.layout);
  for (const Block& block : run.phases[0].blocks) {
    whole.add_span(block.span.numbers);
    EXPECT_EQ(block.open[0], 6.0 * kStreams);
  }
  std::string of_blocks, of_results;
  encode_snapshot(whole, of_blocks);
  encode_snapshot(run.results.phases[0].numbers, of_results);
  EXPECT_EQ(of_blocks, of_results);
}

TEST(CompareLoads, seldom_calls_two_runs_of_one_target_different) {
  // Without any tolerance, so that chance is on its own: the promise is one in a hundred.
  const LoadOptions strict{.tolerance = 0, .floor_seconds = 0, .floor_share = 0, .floor_per_1000_hours = 0};
  std::vector<RecordedRun> runs;
  for (std::uint64_t seed = 0; seed < kRuns; ++seed) { runs.push_back(recorded(minute(100 + seed))); }
  int comparisons = 0, alarms = 0;
  for (std::size_t a = 0; a < runs.size(); ++a) {
    for (std::size_t b = a + 1; b < runs.size(); ++b, ++comparisons) {
      const auto found = compared(runs[a], runs[b], strict);
      const bool alarm = std::any_of(found.measures.begin(), found.measures.end(), [](const auto& one) {
        return one.change == Change::worse || one.change == Change::better;
      });
      alarms += alarm ? 1 : 0;
    }
  }
  EXPECT_LE(100 * alarms, comparisons) << alarms << " of " << comparisons;
}

TEST(CompareLoads, finds_calls_that_are_a_tenth_slower_within_a_minute) {
  int found = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const auto comparison = compared(recorded(minute(2 * seed)), recorded(minute(2 * seed + 1, {.slower = 1.1})));
    found += measure(comparison, "call_latency_p50").change == Change::worse ? 1 : 0;
    EXPECT_NE(measure(comparison, "call_latency_p50").change, Change::better);
    EXPECT_EQ(measure(comparison, "events_per_stream_hour").change, Change::same);
  }
  EXPECT_EQ(found, 8);
}

TEST(CompareLoads, says_by_how_much_and_in_which_direction) {
  const RecordedRun usual = recorded(minute(1)), slow = recorded(minute(2, {.slower = 1.5}));
  const auto worse = compared(usual, slow), better = compared(slow, usual);
  EXPECT_EQ(worse.exit_code, ExitCode::target_fails);
  EXPECT_EQ(better.exit_code, ExitCode::good);
  const MeasureChange& median = measure(worse, "call_latency_p50");
  EXPECT_EQ(median.change, Change::worse);
  EXPECT_NEAR(median.evidence.ratio, 1.5, 0.05);
  EXPECT_LT(median.evidence.low, 1.5);
  EXPECT_GT(median.evidence.high, 1.5);
  EXPECT_NEAR(*median.before, 0.02, 0.001);
  EXPECT_EQ(measure(better, "call_latency_p50").change, Change::better);
}

TEST(CompareLoads, minds_neither_a_small_share_nor_a_small_time) {
  const RecordedRun usual = recorded(minute(1)), slow = recorded(minute(2, {.slower = 1.2}));
  const auto verdict = [&](const LoadOptions& options) {
    return measure(compared(usual, slow, options), "call_latency_p50").change;
  };
  EXPECT_EQ(verdict({}), Change::worse);
  EXPECT_EQ(verdict({.tolerance = 0.3}), Change::same);
  EXPECT_EQ(verdict({.floor_seconds = 0.01}), Change::same);
}

TEST(CompareLoads, tests_counts_exactly_and_only_beyond_the_floor) {
  const RecordedRun usual = recorded(minute(1));
  auto found = compared(usual, recorded(minute(2, {.drops = 1})));
  EXPECT_EQ(measure(found, "drops_per_1000_stream_hours").change, Change::worse);
  EXPECT_TRUE(std::isinf(measure(found, "drops_per_1000_stream_hours").evidence.ratio));
  // Three drops in a minute of a thousand streams may be chance; 3 failures of 12,000 calls are below the floor.
  found = compared(usual, recorded(minute(2, {.drops = 1, .failed = 1, .from = 57})));
  EXPECT_EQ(measure(found, "drops_per_1000_stream_hours").change, Change::same);
  EXPECT_EQ(measure(found, "calls_failed_ratio").change, Change::same);
}

TEST(CompareLoads, finds_heartbeats_that_are_fewer_or_gone) {
  const RecordedRun usual = recorded(minute(1));
  for (const double left : {0.5, 0.0}) {
    const auto found = compared(usual, recorded(minute(2, {.heartbeats = left})));
    EXPECT_EQ(measure(found, "heartbeats_per_stream_hour").change, Change::worse) << left;
  }
}

TEST(CompareLoads, names_what_changed_first) {
  SampleRun after = minute(2, {.slower = 1.6, .from = 36});
  const SampleRun earlier = minute(2, {.slower = 1.6, .heartbeats = 0, .from = 18});
  for (int i = 18; i < 36; ++i) {  // Heartbeats stop, and half a minute in calls become slow.
    after.seconds[static_cast<std::size_t>(i)].populations[0][Counter::heartbeats] = 0;
  }
  for (int i = 36; i < kSeconds; ++i) {
    after.seconds[static_cast<std::size_t>(i)].populations[0][Counter::heartbeats] =
        earlier.seconds[static_cast<std::size_t>(i)].populations[0][Counter::heartbeats];
  }
  const auto found = compared(recorded(minute(1)), recorded(after));
  ASSERT_TRUE(found.first);
  const MeasureChange& first = found.measures[*found.first];
  EXPECT_EQ(first.measure, "heartbeats_per_stream_hour");
  EXPECT_EQ(first.from_seconds, 18);
  EXPECT_EQ(first.to_seconds, 60);
  EXPECT_EQ(measure(found, "call_latency_p50").change, Change::worse);
  EXPECT_EQ(measure(found, "call_latency_p50").from_seconds, 36);
  EXPECT_THAT(console_text(found),
              HasSubstr("What changed first: heartbeats_per_stream_hour in hold, 18.0 s to 60.0 s"));
}

std::string why_not(const SampleRun& before, const SampleRun& after, const LoadOptions& options = {}) {
  const auto found = compare_loads(recorded(before), recorded(after), options);
  return found ? "compared" : found.error();
}

TEST(CompareLoads, refuses_what_is_not_comparable_and_says_why) {
  const SampleRun usual = minute(1);
  SampleRun other = minute(2);
  other.run.scenario_text += "  - churn\n";
  EXPECT_THAT(why_not(usual, other), HasSubstr("the scenarios differ: '' before, '- churn' after"));
  other = minute(2);
  other.run.target_url = "https://green.example.com/mcp";
  EXPECT_THAT(why_not(usual, other), HasSubstr("the targets differ: staging (https://mcp"));
  EXPECT_EQ(why_not(usual, other, {.other_target = true}), "compared");
  other = minute(2);
  other.invalid = {"worker 1 died"};
  EXPECT_EQ(why_not(usual, other), "the generator of the run after did not keep up: worker 1 died");
  other = minute(2);
  other.complete = false;
  EXPECT_THAT(why_not(other, usual), HasSubstr("the journal of the run before has no end"));
  other = minute(2);
  other.interrupted = true;
  EXPECT_EQ(why_not(usual, other), "the run after was interrupted");
  other = minute(2);
  other.seconds.erase(other.seconds.begin() + 10, other.seconds.begin() + 20);
  EXPECT_EQ(why_not(usual, other), "of the run after only 50.0 s of 60.0 s are recorded in hold");
  other = minute(2);
  other.phases[0].name = "soak";
  EXPECT_THAT(why_not(usual, other), HasSubstr("the same phases"));
  other = minute(2);
  other.layout.populations[0].name = "others";
  EXPECT_EQ(why_not(usual, other), "the populations differ");
  EXPECT_EQ(why_not(usual, minute(2)), "compared");
}

TEST(CompareLoads, is_inconclusive_where_a_measure_vanished) {
  SampleRun before = minute(1);
  for (Snapshot& second : before.seconds) { second.populations[0][Timer::delivery_delay].record(2'000'000, 50); }
  const auto found = compared(recorded(before), recorded(minute(2)));
  EXPECT_EQ(found.exit_code, ExitCode::inconclusive);
  EXPECT_THAT(found.exit_reason, HasSubstr("delivery_delay_p50"));
}

TEST(RunIdentity, is_the_scenario_without_its_seed_and_its_target) {
  EXPECT_EQ(load_of(minute(1).run), "name: soak\nphases:\n  - hold\n");
}

TEST(Golden, load_comparison) {
  const auto found = compared(recorded(minute(1)), recorded(minute(2, {.slower = 1.5, .drops = 1, .from = 30})));
  expect_golden("compare.load.txt", console_text(found));
  EXPECT_THAT(console_text(found, {.quiet = true}), ::testing::Not(HasSubstr(" same\n")));
  expect_golden("compare.load.json", json_text(found));
  const std::string program =
      "import json, sys, jsonschema\n"
      "schema = json.load(open(sys.argv[1]))\n"
      "jsonschema.Draft202012Validator.check_schema(schema)\n"
      "jsonschema.Draft202012Validator(schema).validate(json.load(open(sys.argv[2])))\n";
  EXPECT_EQ(
      python(program, WEIR_SOURCE_DIR "/reports/schema/load-comparison.schema.json " + kTestdata + "compare.load.json"),
      0);
}

}  // namespace
}  // namespace weir::reports::compare
