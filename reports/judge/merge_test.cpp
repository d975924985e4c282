#include "reports/judge/merge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "reports/load/writers.hpp"
#include "reports/testdata/golden.hpp"
#include "reports/testdata/load_sample.hpp"

namespace weir::reports::load {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

/// The part of a number that a shard has.
template <class Number>
Number share(Number all, std::size_t shard, std::size_t shards) {
  const auto count = static_cast<Number>(shards);
  return all / count + (static_cast<Number>(shard) < all % count ? 1 : 0);
}

Histogram share(const Histogram& all, std::size_t shard, std::size_t shards) {
  Histogram out;
  for (std::uint64_t done = 0; done < all.count();) {
    const auto value = all.quantile(static_cast<double>(done + 1) / static_cast<double>(all.count()));
    const auto most = all.count_at_most(value);
    const auto upto = most > done ? most : all.count();
    if (const auto times = share(upto - done, shard, shards); times > 0) { out.record(value, times); }
    done = upto;
  }
  return out;
}

template <class Array>
void take_share(Array& numbers, std::size_t shard, std::size_t shards) {
  for (auto& number : numbers) { number = share(number, shard, shards); }
}

Snapshot share(Snapshot second, std::size_t shard, std::size_t shards) {
  take_share(second.worker, shard, shards);
  for (PopulationNumbers& numbers : second.populations) {
    take_share(numbers.counters, shard, shards);
    take_share(numbers.gauges, shard, shards);
    take_share(numbers.ends, shard, shards);
    take_share(numbers.open_failures, shard, shards);
    take_share(numbers.age, shard, shards);
    take_share(numbers.idle_age, shard, shards);
    take_share(numbers.connect, shard, shards);
    take_share(numbers.timers, shard, shards);
    for (ToolNumbers& tool : numbers.tools) {
      take_share(tool.outcomes, shard, shards);
      take_share(tool.dropped, shard, shards);
      tool.intended = share(tool.intended, shard, shards);
      tool.duration = share(tool.duration, shard, shards);
    }
  }
  return second;
}

constexpr std::uint32_t kShards = 3;

/// A recorded run, and the same as its shards would have recorded it; divided once, which takes a while.
struct Divided {
  SampleRun whole = sample_run();
  std::vector<SampleRun> shards;

  Divided() {
    whole.incidents.clear();  // They are told by shards under their numbers.
    whole.run.command.clear();
    whole.run.workers = 6;
    shards.assign(kShards, whole);
    for (std::size_t at = 0; at < whole.seconds.size(); ++at) {
      Snapshot& second = whole.seconds[at];
      second[WorkerGauge::alive] = 6;
      Snapshot again(whole.layout);  // With the middles of buckets in place of samples.
      again.at_ns = second.at_ns;
      again.span_ns = second.span_ns;
      again.phase = second.phase;
      for (std::size_t i = 0; i < kShards; ++i) {
        shards[i].seconds[at] = share(second, i, kShards);
        again.add_worker(shards[i].seconds[at]);
      }
      second = again;
    }
    for (std::uint32_t i = 0; i < kShards; ++i) {
      shards[i].run.shard = {.index = i, .count = kShards, .late_ns = 0, .merged = {}};
      shards[i].run.workers = 2;
    }
  }
  static const Divided& run() {
    static const Divided kRun;
    return kRun;
  }
};

class Merge : public ::testing::Test {
 protected:
  Merge() {
    char name[] = "/tmp/weir-merge-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  ~Merge() override { std::filesystem::remove_all(folder_); }

  /// The journal of a shard, changed before it is written.
  std::string journal(std::size_t index, const std::function<void(SampleRun&)>& change = {}) const {
    SampleRun run = Divided::run().shards[index];
    if (change) { change(run); }
    const std::string path = folder_ + "/one.journal";
    write_sample_journal(run, path);
    const std::string bytes = read(path);
    std::filesystem::remove(path);
    return bytes;
  }
  static tl::expected<LoadResults, std::string> merged(const std::vector<std::string>& journals, bool allow = false) {
    std::vector<ShardJournal> named;
    for (std::size_t i = 0; i < journals.size(); ++i) {
      named.push_back({std::string(1, static_cast<char>('a' + i)), journals[i]});
    }
    auto merge = ShardMerge::open(named);
    if (!merge) { return tl::unexpected(merge.error()); }
    return results_of_shards(*merge, allow, nullptr);
  }
  static std::string error_of(const std::vector<std::string>& journals) {
    const auto results = merged(journals);
    return results ? "no error" : results.error();
  }

  std::string folder_;
};

TEST_F(Merge, of_all_shards_is_the_one_big_run) {
  const std::vector<std::pair<std::string, std::function<void(SampleRun&)>>> kRuns = {
      {"failed", [](SampleRun&) {}},
      {"good", [](SampleRun& run) { run.run.thresholds = {parse_threshold("stream_drops < 100").value()}; }},
      {"interrupted", [](SampleRun& run) { run.interrupted = true; }},
  };
  for (const auto& [name, change] : kRuns) {
    SampleRun whole = Divided::run().whole;
    change(whole);
    whole.run.shard = {.index = 0, .count = kShards, .late_ns = 0, .merged = {0, 1, 2}};
    const auto results = merged({journal(2, change), journal(0, change), journal(1, change)});
    ASSERT_TRUE(results) << results.error();
    EXPECT_EQ(json_report(*results), json_report(whole.summarize())) << name;
    EXPECT_EQ(console_report(*results, {}), console_report(whole.summarize(), {})) << name;
  }
}

TEST_F(Merge, writes_a_journal_that_is_the_run) {
  const std::vector<std::string> texts = {journal(0), journal(1), journal(2)};
  auto merge = ShardMerge::open({{"a", texts[0]}, {"b", texts[1]}, {"c", texts[2]}});
  ASSERT_TRUE(merge) << merge.error();
  const std::string path = folder_ + "/whole.journal";
  auto writer = JournalWriter::create(path, merge->head());
  ASSERT_TRUE(writer) << writer.error();
  JournalledEvents kept(*writer);
  const auto results = results_of_shards(*merge, false, &kept);
  ASSERT_TRUE(results) << results.error();
  ASSERT_EQ(kept.problem(), "");
  const auto again = results_of_journal(read(path));
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(json_report(*again), json_report(*results));
  EXPECT_THAT(error_of({read(path), texts[1]}), HasSubstr("merged already"));
}

TEST_F(Merge, refuses_what_is_not_of_one_run_in_one_sentence) {
  const std::string first = journal(0);
  const auto other = [&](const std::function<void(RunInfo&)>& change) {
    return error_of({first, journal(1, [&](SampleRun& run) { change(run.run); })});
  };
  EXPECT_EQ(other([](RunInfo& run) { run.run_id = "another"; }),
            "a and b are not of one run: the run id is 4f2a91c05e6d there and another here");
  EXPECT_THAT(other([](RunInfo& run) { run.scenario_hash = "0"; }), HasSubstr("the scenario's hash"));
  EXPECT_THAT(other([](RunInfo& run) { run.shard.count = 4; }), HasSubstr("the number of shards is 3 there and 4"));
  EXPECT_THAT(other([](RunInfo& run) { run.tool_version = "0.2.0"; }), HasSubstr("the version of Weir"));
  EXPECT_THAT(other([](RunInfo& run) { run.seed = 7; }), HasSubstr("seeds differ"));
  EXPECT_THAT(other([](RunInfo& run) { run.shard = {}; }), HasSubstr("b is a whole run"));
  EXPECT_EQ(error_of({first, journal(1), first}), "a and c are the same part of the run, shard 1/3");
  EXPECT_EQ(error_of({first, "{}"}), "b: is no journal of weir-loadgen");
  EXPECT_THAT(error_of({journal(0, [](SampleRun& run) { run.run.run_id.clear(); })}), HasSubstr("no run id"));
  EXPECT_THAT(error_of({first, journal(1, [](SampleRun& run) { run.phases[1].name = "rest"; })}),
              HasSubstr("has the phase"));
  EXPECT_THAT(error_of({journal(0, [](SampleRun& run) { run.phases[2].kind = "search"; })}),
              HasSubstr("holds a search"));
  EXPECT_EQ(error_of({}), "there is nothing to merge");
}

TEST_F(Merge, tells_some_of_many_incidents_and_counts_the_others) {
  constexpr std::size_t kEach = 4'000;
  const auto often = [](SampleRun& run) { run.incidents.assign(kEach, {0, "again"}); };
  const auto results = merged({journal(0, often), journal(1, often), journal(2, often)});
  ASSERT_TRUE(results) << results.error();
  EXPECT_EQ(std::count_if(results->incidents.begin(), results->incidents.end(),
                          [](const std::string& text) { return text.ends_with(": again"); }),
            static_cast<std::ptrdiff_t>(limits::kIncidentsMerged));
  EXPECT_THAT(results->incidents, Contains(HasSubstr("2000 more incidents stand in the journals of the shards")));
}

TEST_F(Merge, names_some_of_many_missing_shards_and_counts_the_others) {
  const auto of_many = [](SampleRun& run) { run.run.shard.count = 10'000; };
  const auto results = merged({journal(0, of_many)});
  ASSERT_TRUE(results) << results.error();
  EXPECT_THAT(results->exit_reason, HasSubstr("1 of 10000 shards are here: 2/10000, 3/10000, "));
  EXPECT_THAT(results->exit_reason, HasSubstr(", 21/10000 and 9979 more are missing"));
  EXPECT_EQ(error_of({journal(0, [](SampleRun& run) { run.run.shard.count = 4'294'967'295U; })}),
            "a: says that it is shard 1/4294967295, and a run has at most 10000");
}

void unasked(SampleRun& run) {
  run.phases.clear();
  run.seconds.clear();
  run.incidents = {{0, "nobody listens"}};
}

TEST_F(Merge, of_less_than_the_run_is_inconclusive_and_names_what_is_missing) {
  const auto good = [](SampleRun& run) { run.run.thresholds = {parse_threshold("stream_drops < 100").value()}; };
  const auto with = [&](const std::function<void(SampleRun&)>& change) {
    return journal(1, [&](SampleRun& run) {
      good(run);
      change(run);
    });
  };
  const std::vector<std::tuple<std::string, std::vector<std::string>>> kLacks = {
      {"2 of 3 shards are here: 2/3 is missing", {journal(0, good), journal(2, good)}},
      {"1 of 3 shards are here: 1/3, 3/3 are missing", {journal(1, good)}},
      {"shard 2/3 was killed: its journal ends at 110 s", {journal(0, good), journal(2, good), with([](SampleRun& run) {
                                                             run.complete = false;
                                                             run.seconds.pop_back();
                                                           })}},
      {"shard 2/3 was interrupted: its journal ends at 110 s",
       {journal(0, good), journal(2, good), with([](SampleRun& run) {
          run.interrupted = true;
          run.seconds.pop_back();
        })}},
      {"shard 2/3 could not begin", {journal(0, good), journal(2, good), with(unasked)}},
      {"shard 2/3 began 12.0 s late",
       {journal(0, good), journal(2, good), with([](SampleRun& run) { run.run.shard.late_ns = 12'000'000'000; })}},
      {"the shards started 5.00 s apart",
       {journal(0, good), journal(2, good), with([](SampleRun& run) { run.run.start_unix_ns += 5'000'000'000; })}},
  };
  for (const auto& [lack, journals] : kLacks) {
    const auto results = merged(journals);
    ASSERT_TRUE(results) << results.error();
    EXPECT_EQ(results->exit_code, ExitCode::inconclusive) << lack;
    EXPECT_THAT(results->exit_reason, HasSubstr(lack));
    const auto allowed = merged(journals, true);
    ASSERT_TRUE(allowed) << allowed.error();
    EXPECT_EQ(allowed->exit_code, ExitCode::good) << allowed->exit_reason;
    EXPECT_THAT(allowed->incidents, Contains(HasSubstr(lack)));
  }
}

TEST_F(Merge, of_shards_that_could_all_not_begin_says_why) {
  const auto results = merged({journal(0, unasked), journal(1, unasked), journal(2, unasked)});
  ASSERT_TRUE(results) << results.error();
  EXPECT_EQ(results->exit_code, ExitCode::unreachable);
  EXPECT_EQ(results->exit_reason, "shard 1/3: nobody listens");
}

TEST_F(Merge, keeps_why_a_shard_says_nothing_with_its_number) {
  const auto results =
      merged({journal(0), journal(1, [](SampleRun& run) { run.invalid = {"worker 1 died (signal 9)"}; }), journal(2)});
  ASSERT_TRUE(results) << results.error();
  EXPECT_EQ(results->exit_code, ExitCode::inconclusive);
  EXPECT_THAT(results->invalid, Contains("shard 2/3: worker 1 died (signal 9)"));
}

TEST_F(Merge, doubts_clocks_that_nobody_keeps_where_there_are_several) {
  const auto with = [&](std::size_t shard, std::string kernel, std::int64_t error_ns) {
    return journal(shard, [&](SampleRun& run) { run.run.clock = {kernel, error_ns}; });
  };
  const auto incidents = [&](const std::vector<std::string>& journals) {
    const auto results = merged(journals);
    EXPECT_TRUE(results) << results.error();
    return results ? results->incidents : std::vector<std::string>();
  };
  const std::string kept = with(0, "a", 10'000'000);
  EXPECT_THAT(incidents({kept, with(1, "b", -1), with(2, "c", 400'000'000)}),
              AllOf(Contains(HasSubstr("nobody keeps the clock of shard 2/3")),
                    Contains(HasSubstr("the clock of shard 3/3 may be off by 400 ms"))));
  EXPECT_THAT(incidents({kept, with(1, "b", 0), with(2, "c", 0)}), Not(Contains(HasSubstr("clock"))));
  // One clock is right enough for whoever has no other.
  EXPECT_THAT(incidents({with(0, "a", -1), with(1, "a", -1), with(2, "a", -1)}), Not(Contains(HasSubstr("clock"))));
}

/// A shard that collapsed its last seconds holds its streams until it tells again.
TEST_F(Merge, counts_on_with_the_gauges_of_a_shard_that_tells_later) {
  const auto at = [&](std::int64_t seconds, std::int64_t open) {
    return sample_second(Divided::run().whole.layout, 0, seconds, 1, open);
  };
  const auto kept = [&](std::size_t index, std::vector<Snapshot> seconds) {
    return journal(index, [&](SampleRun& run) {
      run.phases = {{"hold", "hold", 0, 4'000'000'000, 1000}};
      run.seconds = seconds;
    });
  };
  const auto results =
      merged({kept(0, {at(1, 100), at(2, 100), at(3, 100), at(4, 100)}), kept(1, {at(1, 100), at(4, 100)}),
              kept(2, {at(1, 100), at(2, 100), at(3, 100), at(4, 100)})});
  ASSERT_TRUE(results) << results.error();
  ASSERT_EQ(results->timeline.size(), 4U);
  for (const Point& point : results->timeline) { EXPECT_EQ(point.open, 300) << point.at_seconds; }
}

}  // namespace
}  // namespace weir::reports::load
