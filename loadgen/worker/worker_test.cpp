#include "loadgen/worker/worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "fixtures/hub/hub.hpp"
#include "loadgen/supervise/workers.hpp"

namespace weir::loadgen {
namespace {

using namespace reports::load;
namespace hub = fixtures::hub;

/// One real worker against a hub, with short seconds.
class Worker : public ::testing::Test {
 protected:
  void start(const hub::Options& options = {}, const char* path = "/events", Population population = {}) {
    auto started = hub::RunningHub::start(options);
    ASSERT_TRUE(started) << started.error().detail;
    hub_.emplace(std::move(*started));
    const auto url = *wire::parse_url(hub_->origin() + path);
    population.url = url.str();
    population.stream = population.stream == StreamKind::automatic ? StreamKind::plain_get : population.stream;
    population.reconnect.base = 50 * kMillisecond;
    plan_.scenario.target.url = url.str();
    plan_.scenario.populations = {population};
    plan_.layout = plan_.layout.populations.empty() ? Layout{{{"streams", {}}}} : plan_.layout;
    plan_.destinations = {url};
    plan_.destination_of = {0};
    plan_.second_ns = 50 * kMillisecond;
    plan_.run_start_ns = monotonic_ns();
    totals_ = Snapshot(plan_.layout);
    auto workers = Workers::spawn({plan_}, run_worker);
    ASSERT_TRUE(workers) << workers.error().detail;
    workers_.emplace(std::move(*workers));
    workers_->send(0, CredentialsOrder{});
    workers_->send(0, AddressesOrder{0, {wire::SocketAddress{url.host, url.port}.text()}});
  }

  void order(std::int64_t streams, bool drop_all = false, std::uint32_t phase = 0, double churn = 0) {
    PhaseOrder order;
    order.phase = phase;
    order.at_ns = monotonic_ns();
    order.streams = {streams};
    order.churn_per_second = {churn};
    order.drop_all = drop_all;
    workers_->send(0, order);
  }

  /// Takes in reports until the condition holds; false after ten seconds.
  template <class Condition>
  bool until(Condition condition) {
    const auto deadline = monotonic_ns() + 10 * kSecond;
    while (!condition()) {
      if (monotonic_ns() > deadline) { return false; }
      for (const auto& event : workers_->wait(100)) { take(event); }
    }
    return true;
  }
  void take(const WorkerEvent& event) {
    if (const auto* ended = std::get_if<Ended>(&event.what)) {
      ended_ = *ended;
      return;
    }
    const auto& report = std::get<Report>(event.what);
    if (const auto* second = std::get_if<SecondReport>(&report)) {
      Snapshot snapshot(plan_.layout);
      ASSERT_TRUE(decode_snapshot(plan_.layout, second->snapshot, snapshot));
      totals_.add_span(snapshot);
      ends_at_.push_back(snapshot.at_ns);
    }
  }
  std::int64_t open() const { return totals_.populations[0][Gauge::streams_open]; }
  std::uint64_t ended(EndReason reason) const { return totals_.populations[0].ends[static_cast<std::size_t>(reason)]; }

  std::optional<hub::RunningHub> hub_;
  WorkerPlan plan_;
  std::optional<Workers> workers_;
  Snapshot totals_;
  std::vector<std::int64_t> ends_at_;
  std::optional<Ended> ended_;
};

TEST_F(Worker, opens_what_it_is_ordered_and_reports_at_whole_seconds) {
  start();
  order(20, false, 3);
  ASSERT_TRUE(until([this] { return open() == 20; }));
  EXPECT_EQ(totals_.phase, 3u);
  EXPECT_EQ(totals_.populations[0][Counter::streams_opened], 20u);
  EXPECT_EQ(totals_.populations[0][Gauge::streams_target], 20);
  EXPECT_EQ(totals_[WorkerGauge::alive], 1);
  EXPECT_GT(totals_[WorkerGauge::rss_bytes], 1 << 20);
  EXPECT_GE(totals_[WorkerGauge::open_files], 20);
  for (const auto at : ends_at_) { EXPECT_EQ(at % plan_.second_ns, 0); }
}

TEST_F(Worker, closes_everything_when_it_is_told_to_stop) {
  start();
  order(10);
  ASSERT_TRUE(until([this] { return open() == 10; }));
  workers_->send(0, StopOrder{monotonic_ns() + 5 * kSecond});
  ASSERT_TRUE(until([this] { return ended_.has_value(); }));
  EXPECT_TRUE(ended_->finished);
  EXPECT_EQ(ended_->how, "exit status 0");
  EXPECT_EQ(ended(EndReason::client), 10u);
  EXPECT_EQ(open(), 0);
}

TEST_F(Worker, waits_for_the_answers_of_calls_that_are_under_way_at_the_end) {
  Population population;
  population.stream = StreamKind::streamable_get;
  population.revision = "2025-11-25";
  CallPlan call;
  call.tool = "echo";
  call.arguments = {{"message", "x"}};
  call.per_second = 1'000;
  population.calls = {call};
  plan_.layout = Layout{{{"streams", {"echo"}}}};
  start({}, "/mcp", population);
  order(4);
  const auto outcome = [this](CallOutcome which) {
    return totals_.populations[0].tools[0].outcomes[static_cast<std::size_t>(which)];
  };
  ASSERT_TRUE(until([&] { return outcome(CallOutcome::ok) >= 50; }));
  workers_->send(0, StopOrder{monotonic_ns() + 5 * kSecond});
  ASSERT_TRUE(until([this] { return ended_.has_value(); }));
  EXPECT_EQ(outcome(CallOutcome::timeout), 0u);
  EXPECT_EQ(outcome(CallOutcome::lost), 0u);
}

TEST_F(Worker, goes_down_as_it_goes_up) {
  start();
  order(12);
  ASSERT_TRUE(until([this] { return open() == 12; }));
  order(5);
  ASSERT_TRUE(until([this] { return open() == 5; }));
  EXPECT_EQ(ended(EndReason::client), 7u);
}

TEST_F(Worker, replaces_streams_under_churn) {
  start();
  order(5, false, 0, 100);
  ASSERT_TRUE(until([this] { return ended(EndReason::client) >= 10 && open() == 5; }));
  EXPECT_GE(totals_.populations[0][Counter::streams_opened], 15u);
}

TEST_F(Worker, drops_all_and_brings_them_back) {
  start();
  order(8);
  ASSERT_TRUE(until([this] { return open() == 8; }));
  order(8, true);
  ASSERT_TRUE(until([this] { return totals_.populations[0][Counter::streams_opened] >= 16 && open() == 8; }));
  EXPECT_EQ(ended(EndReason::client), 8u);
}

TEST_F(Worker, counts_the_events_of_its_streams) {
  hub::Options options;
  options.rate = 100;
  start(options);
  order(4);
  ASSERT_TRUE(until([this] { return totals_.populations[0][Counter::events] >= 40; }));
  EXPECT_EQ(totals_.populations[0][Counter::events_lost], 0u);
  EXPECT_EQ(totals_.populations[0][Counter::invariant_broken], 0u);
}

/// Without the supervisor's side of things: a bare socket and a bare fork.
TEST(WorkerEnd, comes_with_the_end_of_the_control_socket) {
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  WorkerPlan plan;
  plan.run_start_ns = monotonic_ns();
  const auto pid = ::fork();
  if (pid == 0) {
    ::close(pair[0]);
    ::_exit(run_worker(plan, pair[1]));
  }
  ::close(pair[1]);
  char first = 0;
  EXPECT_EQ(::recv(pair[0], &first, 1, 0), 1);  // It runs.
  ::close(pair[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 1);
}

}  // namespace
}  // namespace weir::loadgen
