#include "loadgen/supervise/preflight.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <numeric>
#include <set>

namespace weir::loadgen {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

Scenario holding(std::int64_t streams, const std::string& url = "http://203.0.113.1/mcp") {
  Scenario scenario;
  scenario.target.url = url;
  scenario.populations.resize(1);
  Phase ramp;
  ramp.kind = Phase::Kind::ramp;
  ramp.streams = streams;
  ramp.duration = 10 * kSecond;
  scenario.phases = {ramp};
  return scenario;
}

Machine roomy() {
  Machine machine;
  machine.cores = 2;
  machine.files_per_process = 20'000;
  machine.files_free = 2'000'000;
  machine.memory_free_bytes = std::int64_t{20} << 30;
  return machine;
}

std::string error_of(const wire::Result<Placement>& placement) {
  return placement ? "no error" : placement.error().detail;
}

TEST(Preflight, takes_one_worker_for_a_few_streams) {
  const auto placement = place(holding(10), roomy(), 1, false);
  ASSERT_TRUE(placement);
  EXPECT_EQ(placement->workers, 1);
  EXPECT_TRUE(placement->sources.empty());
  EXPECT_THAT(placement->of_worker, ::testing::ElementsAre(SizeIs(0)));
  EXPECT_FALSE(placement->lines.empty());
}

TEST(Preflight, takes_a_worker_for_each_core_that_the_streams_can_use) {
  auto machine = roomy();
  machine.cores = 8;
  EXPECT_EQ(place(holding(5'000), machine, 1, false)->workers, 5);
  EXPECT_EQ(place(holding(12'000), machine, 1, false)->workers, 8);
}

TEST(Preflight, takes_a_worker_for_each_core_that_the_calls_can_use) {
  auto scenario = holding(10);
  scenario.populations[0].calls.resize(1);
  scenario.populations[0].calls[0].per_second = 5'000;
  EXPECT_EQ(place(scenario, roomy(), 1, false)->workers, 2);
}

TEST(Preflight, spreads_over_workers_where_a_process_may_not_open_enough_files) {
  auto machine = roomy();
  for (const std::int64_t files : {1'024, 4'096, 20'000, 1'048'576}) {
    machine.files_per_process = files;
    const auto placement = place(holding(25'000), machine, 4, false);
    ASSERT_TRUE(placement) << error_of(placement);
    EXPECT_LT(25'000 / placement->workers, files) << files;
  }
}

TEST(Preflight, keeps_to_the_workers_that_were_asked_for) {
  auto scenario = holding(10);
  scenario.workers = 3;
  EXPECT_EQ(place(scenario, roomy(), 1, false)->workers, 3);
}

TEST(Preflight, says_how_many_workers_are_needed_where_too_few_were_asked_for) {
  auto scenario = holding(60'000);
  scenario.workers = 2;
  const auto placement = place(scenario, roomy(), 10, false);
  ASSERT_FALSE(placement);
  EXPECT_THAT(placement.error().detail, HasSubstr("--workers 4"));
  EXPECT_THAT(placement.error().detail, HasSubstr("20,000 files"));
}

TEST(Preflight, refuses_more_workers_than_there_may_be) {
  auto machine = roomy();
  machine.files_per_process = 256;
  machine.processes_free = 1'000'000;
  EXPECT_THAT(error_of(place(holding(500'000), machine, 100, false)), HasSubstr("ulimit -Hn"));
}

TEST(Preflight, refuses_where_the_system_has_too_few_files) {
  auto machine = roomy();
  machine.files_free = 9'000;
  EXPECT_THAT(error_of(place(holding(10'000), machine, 1, false)), HasSubstr("fs.file-max"));
}

TEST(Preflight, refuses_where_too_few_processes_may_be_started) {
  auto machine = roomy();
  machine.cores = 16;
  machine.processes_free = 3;
  const auto placement = place(holding(16'000), machine, 4, false);
  ASSERT_FALSE(placement);
  EXPECT_THAT(placement.error().detail, HasSubstr("pids.max"));
  EXPECT_THAT(placement.error().detail, HasSubstr("--workers 1"));
}

TEST(Preflight, takes_more_sources_by_itself_on_loopback) {
  const auto placement = place(holding(100'000, "http://127.0.0.1:80/"), roomy(), 1, true);
  ASSERT_TRUE(placement) << error_of(placement);
  EXPECT_GE(placement->sources.size(), 8u);
  EXPECT_EQ(placement->sources.front(), "127.0.0.2");
  EXPECT_EQ(placement->of_worker.size(), static_cast<std::size_t>(placement->workers));
  // Each worker has its own, and all together they are all.
  std::set<std::string> seen;
  for (const auto& own : placement->of_worker) {
    EXPECT_FALSE(own.empty());
    seen.insert(own.begin(), own.end());
  }
  EXPECT_EQ(seen.size(), placement->sources.size());
  EXPECT_EQ(std::accumulate(placement->of_worker.begin(), placement->of_worker.end(), std::size_t{0},
                            [](std::size_t sum, const auto& own) { return sum + own.size(); }),
            placement->sources.size());
}

TEST(Preflight, numbers_more_loopback_sources_than_one_byte_holds) {
  auto machine = roomy();
  machine.files_per_process = 1'048'576;
  machine.files_free = 10'000'000;
  machine.memory_free_bytes = std::int64_t{100} << 30;
  const auto placement = place(holding(4'000'000, "http://127.0.0.1/"), machine, 1, true);
  ASSERT_TRUE(placement) << error_of(placement);
  EXPECT_GE(placement->sources.size(), 286u);
  EXPECT_EQ(placement->sources[250], "127.0.1.2");
  EXPECT_EQ(std::set<std::string>(placement->sources.begin(), placement->sources.end()).size(),
            placement->sources.size());
}

TEST(Preflight, leaves_the_source_to_the_kernel_where_its_ports_suffice) {
  EXPECT_TRUE(place(holding(13'000, "http://127.0.0.1:80/"), roomy(), 1, true)->sources.empty());
  EXPECT_TRUE(place(holding(30'000, "http://127.0.0.1:80/"), roomy(), 4, true)->sources.empty());
}

TEST(Preflight, names_the_option_where_ports_are_short) {
  const auto placement = place(holding(40'000), roomy(), 1, false);
  ASSERT_FALSE(placement);
  EXPECT_THAT(placement.error().detail, HasSubstr("--source with 3 addresses"));
  EXPECT_THAT(placement.error().detail, HasSubstr("28,232 ports"));
}

TEST(Preflight, counts_ports_that_churn_leaves_in_time_wait) {
  auto scenario = holding(20'000);
  EXPECT_TRUE(place(scenario, roomy(), 1, false));
  Phase churn;
  churn.kind = Phase::Kind::churn;
  churn.per_second = 200;
  churn.duration = 60 * kSecond;
  scenario.phases.push_back(churn);
  EXPECT_THAT(error_of(place(scenario, roomy(), 1, false)), HasSubstr("--source"));
}

TEST(Preflight, more_target_addresses_give_more_ports) { EXPECT_TRUE(place(holding(40'000), roomy(), 2, false)); }

TEST(Preflight, warns_before_connecting_becomes_slow) {
  const auto placement = place(holding(20'000), roomy(), 1, false);
  ASSERT_TRUE(placement);
  EXPECT_THAT(placement->lines, ::testing::Contains(HasSubstr("connect() becomes slow")));
}

TEST(Preflight, uses_the_sources_that_were_given) {
  auto scenario = holding(40'000);
  scenario.sources = {"203.0.113.2", "203.0.113.3", "203.0.113.4"};
  scenario.workers = 3;
  const auto placement = place(scenario, roomy(), 1, false);
  ASSERT_TRUE(placement) << error_of(placement);
  EXPECT_EQ(placement->sources, scenario.sources);
  EXPECT_THAT(placement->of_worker, Each(SizeIs(1)));
}

TEST(Preflight, gives_every_worker_all_sources_where_they_do_not_divide) {
  auto scenario = holding(40'000);
  scenario.sources = {"203.0.113.2", "203.0.113.3", "203.0.113.4"};
  scenario.workers = 4;
  const auto placement = place(scenario, roomy(), 1, false);
  ASSERT_TRUE(placement);
  EXPECT_THAT(placement->of_worker, Each(SizeIs(3)));
  EXPECT_NE(placement->of_worker[0], placement->of_worker[1]);
}

TEST(Preflight, refuses_where_memory_is_short_and_says_what_fits) {
  auto machine = roomy();
  machine.memory_free_bytes = std::int64_t{200} << 20;
  const auto placement = place(holding(100'000), machine, 10, false);
  ASSERT_FALSE(placement);
  EXPECT_THAT(placement.error().detail, HasSubstr("200 MiB are free"));
  EXPECT_THAT(placement.error().detail, HasSubstr("streams fit"));
}

/// What `ci/bench/run hold million` and a look at smaps_rollup gave, and what is left beyond it.
TEST(Preflight, counts_for_a_worker_what_one_takes) {
  constexpr std::int64_t kMeasuredBytes = 1'900'000;
  auto scenario = holding(100);
  scenario.workers = 1;
  const auto one = place(scenario, roomy(), 1, false)->memory_needed_bytes;
  scenario.workers = 51;
  const auto more = place(scenario, roomy(), 1, false)->memory_needed_bytes - one;
  EXPECT_GT(more, 50 * kMeasuredBytes);
  EXPECT_LT(more, 2 * 50 * kMeasuredBytes);
}

TEST(Preflight, counts_what_is_under_way) {
  auto scenario = holding(100);
  const auto quiet = place(scenario, roomy(), 1, false)->memory_needed_bytes;
  scenario.workers = 1;
  scenario.populations[0].calls.resize(1);
  scenario.populations[0].calls[0].per_second = 10'000;
  EXPECT_GE(place(scenario, roomy(), 1, false)->memory_needed_bytes, quiet + 10'000 * 2'400);
}

TEST(Preflight, lets_workers_beyond_the_cores_share_the_handshakes) {
  const auto at_once = [](std::int64_t streams, std::string_view scheme) {
    return place(holding(streams, std::string(scheme) + "://203.0.113.1/mcp"), roomy(), 100, false)->opening_at_once;
  };
  EXPECT_EQ(at_once(10'000, "https"), 2'000);
  EXPECT_LT(at_once(1'000'000, "https"), 100);
  EXPECT_GE(at_once(1'000'000, "https"), 64);
  EXPECT_EQ(at_once(1'000'000, "http"), 2'000) << "a plain one is no work";
}

TEST(Preflight, counts_more_memory_for_tls) {
  const auto plain = place(holding(10'000), roomy(), 1, false);
  const auto tls = place(holding(10'000, "Https://203.0.113.1/mcp"), roomy(), 1, false);
  EXPECT_GT(tls->memory_needed_bytes, plain->memory_needed_bytes + 10'000 * 400);
}

TEST(Preflight, takes_a_million_streams_over_tls_and_tells_of_what_they_take_at_worst) {
  const auto placement = place(holding(1'000'000, "https://203.0.113.1/mcp"), roomy(), 100, false);
  ASSERT_TRUE(placement) << placement.error().detail;
  EXPECT_LT(placement->memory_needed_bytes, std::int64_t{10} << 30);
  EXPECT_THAT(placement->lines, Contains(HasSubstr("TLS 1.2 alone would take")));
  const auto few = place(holding(10'000, "https://203.0.113.1/mcp"), roomy(), 1, false);
  EXPECT_THAT(few->lines, Not(Contains(HasSubstr("TLS 1.2"))));
}

TEST(Preflight, counts_a_population_with_a_url_of_its_own) {
  auto scenario = holding(10'000);
  scenario.populations[0].url = "https://203.0.113.1/mcp";
  EXPECT_GT(place(scenario, roomy(), 1, false)->memory_needed_bytes,
            place(holding(10'000), roomy(), 1, false)->memory_needed_bytes);
}

TEST(ReadMachine, sees_the_machine_that_it_runs_on) {
  const auto machine = read_machine();
  EXPECT_GE(machine.cores, 1);
  EXPECT_GE(machine.files_per_process, 64);
  EXPECT_GT(machine.files_free, 0);
  EXPECT_GT(machine.port_low, 0);
  EXPECT_GT(machine.port_high, machine.port_low);
  EXPECT_GT(machine.memory_free_bytes, 1 << 20);
  EXPECT_GT(machine.processes_free, 0);
}

class Tree {
 public:
  Tree() {
    root_ = std::filesystem::path(::testing::TempDir()) / ("weir_machine_" + std::to_string(::getpid()));
    std::filesystem::remove_all(root_);
  }
  ~Tree() { std::filesystem::remove_all(root_); }
  void put(const std::string& path, const std::string& text) const {
    const auto file = root_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::string root() const { return root_.string(); }

 private:
  std::filesystem::path root_;
};

TEST(ReadMachine, takes_the_tightest_of_the_control_groups) {
  const Tree tree;
  tree.put("proc/self/cgroup", "12:cpu:/old\n0::/jobs/run\n");
  tree.put("proc/meminfo", "MemTotal: 100 kB\nMemAvailable:    8000000 kB\n");
  tree.put("proc/sys/fs/file-nr", "1000\t0\t9000\n");
  tree.put("proc/sys/net/ipv4/ip_local_port_range", "1024\t65000\n");
  tree.put("sys/fs/cgroup/jobs/run/memory.max", "max\n");
  tree.put("sys/fs/cgroup/jobs/run/pids.max", "100\n");
  tree.put("sys/fs/cgroup/jobs/run/pids.current", "40\n");
  tree.put("sys/fs/cgroup/jobs/memory.max", "1000000000\n");
  tree.put("sys/fs/cgroup/jobs/memory.current", "600000000\n");
  tree.put("sys/fs/cgroup/jobs/memory.stat", "active_file 5\ninactive_file 100000000\n");
  tree.put("sys/fs/cgroup/cpu.max", "50000 100000\n");
  const auto machine = read_machine(tree.root());
  EXPECT_EQ(machine.memory_free_bytes, 500'000'000);
  EXPECT_EQ(machine.processes_free, 60);
  EXPECT_EQ(machine.cores, 1);
  EXPECT_EQ(machine.files_free, 8'000);
  EXPECT_EQ(machine.port_low, 1'024);
  EXPECT_EQ(machine.port_high, 65'000);
}

TEST(ReadMachine, takes_memory_for_unknown_where_nothing_tells_of_it) {
  const Tree tree;
  EXPECT_EQ(read_machine(tree.root()).memory_free_bytes, kUnknownMemory);
}

TEST(ReadMachine, works_without_control_groups) {
  const Tree tree;
  tree.put("proc/meminfo", "MemAvailable: 10 kB\n");
  EXPECT_EQ(read_machine(tree.root()).memory_free_bytes, 10'240);
}

}  // namespace
}  // namespace weir::loadgen
