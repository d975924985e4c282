#include "loadgen/supervise/supervisor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "loadgen/supervise/fake_worker.hpp"
#include "reports/judge/accumulator.hpp"
#include "reports/judge/threshold.hpp"

namespace weir::loadgen {
namespace {

using namespace reports::load;
using loadgen::testing::fake_worker;
using loadgen::testing::kShortSecond;
using loadgen::testing::Listener;
using ::testing::Contains;
using ::testing::HasSubstr;

class Supervisor : public ::testing::Test {
 protected:
  void SetUp() override {
    scenario_.name = "test";
    scenario_.target.name = "staging";
    scenario_.target.url = listener_.url();
    scenario_.populations.resize(1);
    scenario_.populations[0].stream = StreamKind::plain_get;
    scenario_.workers = 2;
    options_.quiet = true;
    seams_.worker_main = fake_worker();
    seams_.second_ns = kShortSecond;
    seams_.lead_ns = 30 * kMillisecond;
    seams_.machine = Machine{
        .cores = 2, .files_per_process = 20'000, .files_free = 10'000'000, .memory_free_bytes = std::int64_t{8} << 30};
  }
  /// No process is left behind, whatever the test did.
  void TearDown() override {
    int status = 0;
    EXPECT_EQ(::waitpid(-1, &status, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
  }

  Phase& phase(Phase::Kind kind, std::int64_t seconds, std::int64_t streams = 0) {
    Phase made;
    made.kind = kind;
    made.name = std::string(to_string(kind)) + std::to_string(scenario_.phases.size());
    made.duration = seconds * kShortSecond;
    made.streams = streams;
    scenario_.phases.push_back(made);
    return scenario_.phases.back();
  }
  wire::Result<RunResult> run() { return supervise_on(seams_, scenario_, options_, signals_); }
  LoadResults good_run() {
    const auto result = run();
    EXPECT_TRUE(result) << result.error().detail;
    return result ? result->results : LoadResults{};
  }
  static std::uint64_t lost(const LoadResults& results) {
    std::uint64_t sum = 0;
    for (const auto& population : results.total.numbers.populations) {
      sum += population.ends[static_cast<std::size_t>(EndReason::worker_lost)];
    }
    return sum;
  }
  /// Sends itself `count` signals after so many seconds of the run.
  void signal_after(std::size_t seconds, int count) {
    seams_.on_second = [this, seconds, count, seen = std::size_t{0}](Workers&, const Snapshot&) mutable {
      if (++seen == seconds) { signals_ = count; }
    };
  }

  Listener listener_;
  Scenario scenario_;
  RunOptions options_;
  TestSeams seams_;
  std::atomic<int> signals_{0};
};

TEST_F(Supervisor, merges_what_its_workers_did_phase_by_phase) {
  phase(Phase::Kind::ramp, 2, 11);
  phase(Phase::Kind::hold, 2);
  phase(Phase::Kind::spike, 1, 20);
  phase(Phase::Kind::hold, 2);
  const auto results = good_run();
  EXPECT_EQ(results.exit_code, reports::ExitCode::good);
  ASSERT_EQ(results.phases.size(), 4u);
  EXPECT_EQ(results.phases[0].info.name, "ramp0");
  EXPECT_EQ(results.phases[1].info.start_ns, 2 * kShortSecond);
  EXPECT_EQ(results.phases[1].info.end_ns, 4 * kShortSecond);
  EXPECT_EQ(results.phases[1].peak_open, 11);
  EXPECT_EQ(results.phases[2].peak_open, 20);
  EXPECT_EQ(results.total.numbers.populations[0][Counter::streams_opened], 20u);
  EXPECT_EQ(results.run.workers, 2);
  EXPECT_TRUE(results.incidents.empty()) << results.incidents.front();
}

TEST_F(Supervisor, spreads_streams_over_populations_by_weight) {
  scenario_.populations.resize(3, scenario_.populations[0]);
  scenario_.populations[0].weight = 2;
  phase(Phase::Kind::ramp, 1, 100);
  phase(Phase::Kind::hold, 1);
  const auto results = good_run();
  EXPECT_EQ(results.total.numbers.populations[0][Counter::streams_opened], 50u);
  EXPECT_EQ(results.total.numbers.populations[1][Counter::streams_opened], 25u);
  EXPECT_EQ(results.total.numbers.populations[2][Counter::streams_opened], 25u);
}

TEST_F(Supervisor, opens_its_shards_part_only) {
  std::uint64_t opened = 0;
  phase(Phase::Kind::ramp, 1, 101);
  phase(Phase::Kind::hold, 1);
  options_.shards = 3;
  for (options_.shard = 0; options_.shard < 3; ++options_.shard) {
    const auto results = good_run();
    EXPECT_EQ(results.run.shard.text(), fmt::format("{}/3", options_.shard + 1));
    opened += results.total.numbers.populations[0][Counter::streams_opened];
  }
  EXPECT_EQ(opened, 101u);
}

TEST_F(Supervisor, churns_and_reconnects_as_the_phases_say) {
  phase(Phase::Kind::ramp, 1, 10);
  phase(Phase::Kind::churn, 2).per_second = 100;
  phase(Phase::Kind::reconnect, 1);
  const auto results = good_run();
  const auto& ends = results.total.numbers.populations[0].ends;
  constexpr double kChurned = 100 * 2 * kShortSecond / static_cast<double>(kSecond);
  EXPECT_NEAR(static_cast<double>(ends[static_cast<std::size_t>(EndReason::client)]), kChurned, 2);
  EXPECT_EQ(ends[static_cast<std::size_t>(EndReason::rst)], 2u);  // Once in each worker.
}

TEST_F(Supervisor, counts_the_streams_of_a_killed_worker_and_goes_on) {
  phase(Phase::Kind::ramp, 1, 40);
  phase(Phase::Kind::hold, 6);
  seams_.on_second = [seen = 0](Workers& workers, const Snapshot&) mutable {
    if (++seen == 3) { workers.kill(1); }
  };
  const auto results = good_run();
  EXPECT_EQ(lost(results), 20u);
  EXPECT_THAT(results.incidents, Contains(HasSubstr("worker 1 died (signal 9), 20 streams lost")));
  EXPECT_THAT(results.invalid, Contains(HasSubstr("worker 1 died")));
  ASSERT_GE(results.timeline.size(), 7u);
  EXPECT_EQ(results.timeline[6].open, 20);  // The other one holds its own.
}

TEST_F(Supervisor, ends_the_run_as_inconclusive_where_all_workers_died) {
  phase(Phase::Kind::ramp, 1, 40);
  phase(Phase::Kind::hold, 100'000);
  seams_.on_second = [seen = 0](Workers& workers, const Snapshot&) mutable {
    if (++seen == 2) { workers.kill_all(); }
  };
  const auto results = good_run();
  EXPECT_EQ(results.exit_code, reports::ExitCode::inconclusive);
  EXPECT_EQ(lost(results), 40u);
  EXPECT_THAT(results.invalid, Contains(HasSubstr("all workers died")));
}

TEST_F(Supervisor, says_how_a_worker_ended_that_gave_up) {
  phase(Phase::Kind::hold, 4);
  seams_.worker_main = fake_worker([](const WorkerPlan& plan, std::int64_t second, int) {
    if (plan.index == 0 && second == 2) { ::_exit(7); }
  });
  EXPECT_THAT(good_run().incidents, Contains(HasSubstr("worker 0 died (exit status 7)")));
}

TEST_F(Supervisor, kills_a_worker_that_sends_garbage) {
  phase(Phase::Kind::ramp, 1, 10);
  phase(Phase::Kind::hold, 4);
  seams_.worker_main = fake_worker([](const WorkerPlan& plan, std::int64_t second, int control) {
    if (plan.index == 1 && second == 3) {
      const std::string garbage(64, '\xee');
      [[maybe_unused]] const auto sent = ::send(control, garbage.data(), garbage.size(), MSG_NOSIGNAL);
    }
  });
  const auto results = good_run();
  EXPECT_THAT(results.incidents, Contains(HasSubstr("it sent bytes that are no report")));
  EXPECT_EQ(lost(results), 5u);
}

TEST_F(Supervisor, kills_a_worker_whose_numbers_are_none) {
  phase(Phase::Kind::hold, 4);
  seams_.worker_main = fake_worker([](const WorkerPlan& plan, std::int64_t second, int control) {
    if (plan.index == 1 && second == 2) {
      const auto bytes = encode(Report(SecondReport{"not a snapshot"}));
      [[maybe_unused]] const auto sent = ::send(control, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
  });
  EXPECT_THAT(good_run().incidents, Contains(HasSubstr("worker 1 sent numbers that are none")));
}

TEST_F(Supervisor, does_not_wait_for_a_hung_worker_and_kills_it_in_the_end) {
  phase(Phase::Kind::ramp, 1, 10);
  phase(Phase::Kind::hold, 12);
  seams_.hung_ns = 3 * kShortSecond;
  seams_.worker_main = fake_worker([](const WorkerPlan& plan, std::int64_t second, int) {
    while (plan.index == 1 && second == 3) { ::pause(); }
  });
  const auto results = good_run();
  EXPECT_THAT(results.incidents, Contains(HasSubstr("worker 1 has not reported for")));
  EXPECT_THAT(results.incidents, Contains(HasSubstr("worker 1 was killed by us after")));
  EXPECT_GE(results.timeline.size(), 13u);
  EXPECT_EQ(lost(results), 5u);
}

TEST_F(Supervisor, loses_no_number_of_a_worker_that_reports_late) {
  phase(Phase::Kind::ramp, 1, 10);
  phase(Phase::Kind::hold, 7);
  seams_.worker_main = fake_worker([](const WorkerPlan& plan, std::int64_t second, int) {
    if (plan.index == 1 && second == 1) {
      // Ready when four seconds are over, with everything that it did meanwhile.
      const auto until = plan.run_start_ns + 4 * plan.second_ns + plan.second_ns / 2;
      const timespec deadline{until / kSecond, until % kSecond};
      ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nullptr);
    }
  });
  const auto results = good_run();
  EXPECT_EQ(results.total.numbers.populations[0][Counter::streams_opened], 10u);
  EXPECT_TRUE(results.incidents.empty());
  EXPECT_EQ(results.timeline.back().open, 10);
}

TEST_F(Supervisor, ends_early_and_whole_on_the_first_signal) {
  phase(Phase::Kind::ramp, 1, 10);
  phase(Phase::Kind::hold, 100'000);
  signal_after(3, 1);
  const auto results = good_run();
  EXPECT_EQ(results.exit_code, reports::ExitCode::interrupted);
  EXPECT_EQ(results.total.peak_open, 10);
  EXPECT_TRUE(results.incidents.empty());
}

TEST_F(Supervisor, ends_at_once_on_the_second_signal_with_what_there_is) {
  phase(Phase::Kind::ramp, 1, 10);
  phase(Phase::Kind::hold, 100'000);
  seams_.stop_ns = 3600 * kSecond;
  seams_.worker_main = fake_worker([](const WorkerPlan&, std::int64_t second, int) {
    if (second != 4) { return; }
    for (;;) { ::pause(); }  // Would never hear of the end.
  });
  signal_after(3, 2);
  const auto results = good_run();
  EXPECT_EQ(results.exit_code, reports::ExitCode::interrupted);
  EXPECT_EQ(results.total.peak_open, 10);
}

TEST_F(Supervisor, does_not_begin_where_a_signal_came_before) {
  phase(Phase::Kind::hold, 100'000);
  signals_ = 1;
  EXPECT_EQ(good_run().exit_code, reports::ExitCode::interrupted);
}

TEST_F(Supervisor, searches_step_by_step_until_a_threshold_breaks) {
  auto& search = phase(Phase::Kind::search, 2, 10);
  search.step = 10;
  search.most = 100;
  phase(Phase::Kind::hold, 1);
  const auto threshold = *parse_threshold("streams_open_max < 35");
  scenario_.thresholds = {threshold};
  const auto results = good_run();
  ASSERT_TRUE(results.search);
  SCOPED_TRACE(results.search->limited_by);
  EXPECT_EQ(results.search->largest_passing, 30);
  EXPECT_EQ(results.search->smallest_failing, 40);
  EXPECT_EQ(results.search->limited_by, threshold.text);
  ASSERT_EQ(results.phases.size(), 5u);
  EXPECT_EQ(results.phases[3].info.streams, 40);
  EXPECT_EQ(results.phases[4].info.streams, 30);
}

TEST_F(Supervisor, starts_at_the_time_that_it_is_given) {
  phase(Phase::Kind::hold, 1);
  const auto at = realtime_ns() + 200 * kMillisecond;
  options_.start_at_unix_ns = at;
  good_run();
  EXPECT_GE(realtime_ns(), at + kShortSecond);
}

TEST_F(Supervisor, refuses_a_start_that_is_over) {
  phase(Phase::Kind::hold, 1);
  options_.start_at_unix_ns = realtime_ns() - kSecond;
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, wire::ErrorCode::bad_input);
  EXPECT_THAT(result.error().detail, HasSubstr("--start-at"));
}

TEST_F(Supervisor, says_in_one_line_that_the_target_cannot_be_reached) {
  phase(Phase::Kind::hold, 1);
  scenario_.target.url = "http://127.0.0.1:1/events";
  for (const auto kind : {StreamKind::plain_get, StreamKind::automatic}) {
    scenario_.populations[0].stream = kind;
    const auto result = run();
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->results.exit_code, reports::ExitCode::unreachable);
    EXPECT_THAT(result->results.exit_reason, HasSubstr("http://127.0.0.1:1/events cannot be reached"));
    EXPECT_EQ(result->results.exit_reason.find('\n'), std::string::npos);
  }
}

TEST_F(Supervisor, uses_the_addresses_that_resolve_gives) {
  phase(Phase::Kind::ramp, 1, 4);
  const auto url = *wire::parse_url(listener_.url());
  scenario_.target.url = fmt::format("http://edge.invalid:{}/events", url.port);
  scenario_.resolve = {fmt::format("edge.invalid:{}:127.0.0.1", url.port)};
  EXPECT_EQ(good_run().exit_code, reports::ExitCode::good);
}

TEST_F(Supervisor, names_the_cause_where_a_name_has_no_address) {
  phase(Phase::Kind::hold, 1);
  scenario_.target.url = "http://edge.invalid/events";
  const auto result = run();
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->results.exit_code, reports::ExitCode::unreachable);
  EXPECT_THAT(result->results.exit_reason, HasSubstr("edge.invalid"));
}

TEST_F(Supervisor, refuses_before_the_run_what_the_machine_cannot_hold) {
  phase(Phase::Kind::ramp, 1, 4'000'000);
  scenario_.workers = 0;
  EXPECT_THAT(run().error().detail, HasSubstr("memory"));
}

class SupervisorFiles : public Supervisor {
 protected:
  void SetUp() override {
    Supervisor::SetUp();
    folder_ = std::filesystem::path(::testing::TempDir()) / ("weir_run_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    phase(Phase::Kind::ramp, 1, 10);
    phase(Phase::Kind::hold, 2);
  }
  void TearDown() override {
    std::filesystem::remove_all(folder_);
    Supervisor::TearDown();
  }
  std::string path(const char* name) const { return (folder_ / name).string(); }
  static std::string read(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(name, std::ios::binary).rdbuf();
    return text.str();
  }
  std::filesystem::path folder_;
};

TEST_F(SupervisorFiles, keeps_a_journal_that_comes_to_the_same_results) {
  phase(Phase::Kind::hold, 3);
  const auto expect_same = [&](const char* name) {
    options_.journal = path(name);
    const auto live = good_run();
    const auto again = results_of_journal(read(options_.journal));
    ASSERT_TRUE(again) << again.error();
    EXPECT_EQ(json_report(*again), json_report(live)) << name;
    signals_ = 0;
    seams_.on_second = {};
  };
  expect_same("good");
  scenario_.thresholds = {parse_threshold("streams_open_max > 1000").value()};
  expect_same("failed");
  seams_.on_second = [seen = 0](Workers& workers, const Snapshot&) mutable {
    if (++seen == 2) { workers.kill(1); }
  };
  expect_same("with a dead worker");
  signal_after(2, 1);
  expect_same("interrupted");
  signal_after(2, 2);
  expect_same("interrupted twice");
  scenario_.phases = {Phase{.kind = Phase::Kind::search,
                            .name = "search",
                            .duration = 2 * kShortSecond,
                            .streams = 10,
                            .step = 10,
                            .most = 40}};
  scenario_.thresholds = {parse_threshold("streams_open_max < 25").value()};
  expect_same("searched");
}

TEST_F(SupervisorFiles, refuses_a_journal_that_is_there_already) {
  options_.journal = path("run.journal");
  std::ofstream(options_.journal) << "evidence";
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().detail, HasSubstr("run.journal"));
}

/// A disk that is full, as far as this process can tell: no file may grow beyond what the journal is now.
class FullDisk {
 public:
  FullDisk() {
    ::getrlimit(RLIMIT_FSIZE, &former_);
    std::signal(SIGXFSZ, SIG_IGN);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &former_);
    std::signal(SIGXFSZ, SIG_DFL);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  void fill(std::uintmax_t size) const {
    auto limit = former_;
    limit.rlim_cur = size;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }

 private:
  rlimit former_{};
};

TEST_F(SupervisorFiles, goes_on_without_a_journal_where_the_disk_is_full) {
  options_.journal = path("run.journal");
  phase(Phase::Kind::hold, 2);
  LoadResults results;
  {
    const FullDisk disk;
    seams_.on_second = [&, seen = 0](Workers&, const Snapshot&) mutable {
      if (++seen == 2) { disk.fill(std::filesystem::file_size(options_.journal)); }
    };
    results = good_run();
  }
  EXPECT_THAT(results.incidents, Contains(HasSubstr("run.journal")));
  EXPECT_EQ(results.phases.size(), 3u);
  EXPECT_EQ(results.exit_code, reports::ExitCode::good);
  const auto journal = parse_journal(read(options_.journal));
  ASSERT_TRUE(journal);
  EXPECT_EQ(journal->seconds.size(), 2u);
  EXPECT_FALSE(journal->finished);
}

TEST_F(SupervisorFiles, leaves_a_whole_journal_and_no_workers_when_it_is_killed) {
  options_.journal = path("run.journal");
  phase(Phase::Kind::hold, 100'000);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // Its workers become ours, so that their end can be seen.
  const auto supervisor = ::fork();
  if (supervisor == 0) {
    run();
    ::_exit(0);
  }
  std::size_t seconds = 0;
  while (seconds < 3) {
    ::usleep(5'000);
    const auto journal = parse_journal(read(options_.journal));
    seconds = journal ? journal->seconds.size() : 0;
  }
  ::kill(supervisor, SIGKILL);
  int status = 0;
  for (int ended = 0; ended < 3; ++ended) { EXPECT_GT(::waitpid(-1, &status, 0), 0); }
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  const auto journal = parse_journal(read(options_.journal));
  ASSERT_TRUE(journal);
  EXPECT_FALSE(journal->truncated);
  EXPECT_FALSE(journal->finished);
  EXPECT_EQ(journal->seconds.back().populations[0][Gauge::streams_open], 10);
}

TEST_F(SupervisorFiles, writes_reports_and_a_textfile_and_tells_what_it_could_not_write) {
  options_.textfile = path("weir.prom");
  options_.reports = {{reports::Format::json, path("run.json")}, {reports::Format::junit, path("none/run.xml")}};
  options_.push = "http://127.0.0.1:1";
  const auto result = run();
  ASSERT_TRUE(result);
  EXPECT_FALSE(read(path("run.json")).empty());
  EXPECT_THAT(read(options_.textfile), HasSubstr("weir_soak_run_streams_held{target=\"staging\",shard=\"1/1\"} 10\n"));
  EXPECT_THAT(read(options_.textfile), HasSubstr("weir_soak_run_passed{target=\"staging\",shard=\"1/1\"} 1\n"));
  ASSERT_EQ(result->problems.size(), 2u);
  EXPECT_THAT(result->problems[0], HasSubstr("none/run.xml"));
  EXPECT_THAT(result->problems[1], HasSubstr("not pushed"));
  EXPECT_EQ(result->results.exit_code, reports::ExitCode::good);
}

TEST_F(SupervisorFiles, asks_no_target_where_an_address_for_those_who_watch_is_of_no_use) {
  seams_.look_up = [](const auto&...) -> wire::Result<std::vector<wire::SocketAddress>> {
    ADD_FAILURE() << "the target was looked up";
    return wire::fail(wire::ErrorCode::resolve_failed, "nobody asks");
  };
  const auto taken = fmt::format("127.0.0.1:{}", wire::parse_url(listener_.url())->port);
  for (const auto& [option, name] : {std::pair{&RunOptions::metrics, "--metrics"}, {&RunOptions::ui, "--ui"}}) {
    for (const auto& [address, why] :
         {std::pair{taken, std::string("listens there already")}, {"0.0.0.0:0", fmt::format("{}-public", name)}}) {
      options_.*option = address;
      EXPECT_THAT(preflight(scenario_, options_).error().detail, HasSubstr(why));
      const auto result = run();
      ASSERT_FALSE(result) << address;
      EXPECT_EQ(result.error().code, wire::ErrorCode::bad_input);
      EXPECT_THAT(result.error().detail, HasSubstr(why));
    }
    options_.*option = "";
  }
}

}  // namespace
}  // namespace weir::loadgen
