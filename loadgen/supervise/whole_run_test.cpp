// Whole runs: the supervisor, real workers and a hub, with short seconds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <stdexcept>

#include "fixtures/hub/hub.hpp"
#include "loadgen/net/loop.hpp"
#include "loadgen/supervise/test_seams.hpp"
#include "reports/judge/measures.hpp"
#include "wire/testing/certificates.hpp"

namespace weir::loadgen {
namespace {

using namespace reports::load;
namespace hub = fixtures::hub;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kBrief = 100 * kMillisecond;
/// A run whose condition never comes ends after so long, and its test fails.
constexpr std::int64_t kPatience = 20 * kSecond;

std::uint64_t ends(const PopulationNumbers& numbers, EndReason reason) {
  return numbers.ends[static_cast<std::size_t>(reason)];
}
std::uint64_t failures(const PopulationNumbers& numbers, OpenFailure why) {
  return numbers.open_failures[static_cast<std::size_t>(why)];
}
std::uint64_t all_failures(const PopulationNumbers& numbers) {
  std::uint64_t sum = 0;
  for (const auto count : numbers.open_failures) { sum += count; }
  return sum;
}
/// Ends that we did not bring about.
std::uint64_t drops(const PopulationNumbers& numbers) {
  std::uint64_t sum = 0;
  for (const auto count : numbers.ends) { sum += count; }
  return sum - ends(numbers, EndReason::client);
}

class WholeRun : public ::testing::Test {
 protected:
  void SetUp() override {
    scenario_.name = "test";
    scenario_.workers = 2;
    scenario_.populations.resize(1);
    scenario_.populations[0].stream = StreamKind::plain_get;
    scenario_.populations[0].reconnect.base = 50 * kMillisecond;
    options_.quiet = true;
    seams_.second_ns = kBrief;
    seams_.lead_ns = 30 * kMillisecond;
    seams_.machine = Machine{
        .cores = 2, .files_per_process = 20'000, .files_free = 10'000'000, .memory_free_bytes = std::int64_t{8} << 30};
  }

  static hub::RunningHub start(const hub::Options& options) {
    auto started = hub::RunningHub::start(options);
    if (!started) {
      throw std::runtime_error(started.error().detail);  // Nothing could be tested.
    }
    return std::move(*started);
  }

  Phase& phase(Phase::Kind kind, std::int64_t seconds, std::int64_t streams = 0) {
    Phase made;
    made.kind = kind;
    made.name = fmt::format("{} {}", to_string(kind), scenario_.phases.size());
    made.duration = seconds * kBrief;
    made.streams = streams;
    scenario_.phases.push_back(made);
    return scenario_.phases.back();
  }
  /// Ends the run as a signal does, once the merged numbers of all seconds so far satisfy `condition`.
  template <class Condition>
  void end_when(Condition condition) {
    const auto deadline = monotonic_ns() + kPatience;
    seams_.on_second = [this, condition, deadline, sum = std::optional<Snapshot>()](Workers&,
                                                                                    const Snapshot& second) mutable {
      if (sum) {
        sum->add_span(second);
      } else {
        sum = second;
      }
      met_ = met_ || condition(*sum);
      if (met_ || monotonic_ns() > deadline) { signals_ = 1; }
    };
  }
  LoadResults good_run() {
    const auto result = supervise_on(seams_, scenario_, options_, signals_);
    EXPECT_TRUE(result) << result.error().detail;
    return result ? result->results : LoadResults{};
  }
  static PopulationNumbers numbers(const LoadResults& results, std::size_t population = 0) {
    return population < results.total.numbers.populations.size() ? results.total.numbers.populations[population]
                                                                 : PopulationNumbers();
  }

  Scenario scenario_;
  RunOptions options_;
  TestSeams seams_;
  std::atomic<int> signals_{0};
  bool met_ = false;  ///< The condition of end_when().
};

// Tokens --------------------------------------------------------------------------------------------------------------

class WholeRunWithTokens : public WholeRun {
 protected:
  void against(const hub::RunningHub& hub) {
    scenario_.target.url = hub.origin() + "/events";
    OAuth& oauth = scenario_.oauth.emplace();
    oauth.token_url = hub.origin() + "/token";
    oauth.client_id = "weir";
    oauth.client_secret = "secret";
    phase(Phase::Kind::ramp, 1, 10);
    phase(Phase::Kind::churn, 100'000).per_second = 20;
  }
};

TEST_F(WholeRunWithTokens, renews_tokens_before_they_expire) {
  // Announced as one second and good for another half: a renewal has a second to come in time, on a busy machine too.
  const auto hub = start({.token_endpoint = true, .token_life_ms = 1'500});
  against(hub);
  // By then the first token is dead, and streams are opened with later ones.
  end_when([](const Snapshot& sum) { return sum.populations[0][Counter::tokens_refreshed] >= 4; });
  const auto results = good_run();
  const auto streams = numbers(results);
  EXPECT_TRUE(met_);
  EXPECT_EQ(results.total.peak_open, 10);
  EXPECT_GT(streams[Counter::streams_opened], 20u);
  EXPECT_EQ(failures(streams, OpenFailure::http_401), 0u);
  EXPECT_EQ(drops(streams), 0u);
  EXPECT_EQ(hub.count(hub::Counter::unauthorized), 0u);
  EXPECT_GE(hub.count(hub::Counter::tokens_issued), 5u);
  EXPECT_THAT(results.incidents, IsEmpty());
}

TEST_F(WholeRunWithTokens, recovers_where_a_token_is_refused_before_it_expires) {
  hub::Options options{.token_endpoint = true, .token_life_ms = 60'000};
  options.faults.token_expires_ms = 300;
  const auto hub = start(options);
  against(hub);
  end_when([](const Snapshot& sum) {
    const auto& streams = sum.populations[0];
    return streams[Counter::tokens_refreshed] >= 2 && failures(streams, OpenFailure::http_401) >= 2 &&
           streams[Gauge::streams_open] == 10;
  });
  const auto results = good_run();
  const auto streams = numbers(results);
  EXPECT_TRUE(met_);
  EXPECT_EQ(failures(streams, OpenFailure::http_401), all_failures(streams));
  EXPECT_EQ(drops(streams), 0u);
  // Many streams are refused at once, and ask for one token together.
  EXPECT_LE(streams[Counter::tokens_refreshed], hub.count(hub::Counter::unauthorized));
}

TEST_F(WholeRunWithTokens, does_not_begin_where_no_token_can_be_had) {
  const auto hub = start({.token_endpoint = true});
  against(hub);
  scenario_.oauth->client_secret = "wrong";
  const auto result = supervise_on(seams_, scenario_, options_, signals_);
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->results.exit_code, reports::ExitCode::unreachable);
  EXPECT_THAT(result->results.exit_reason, HasSubstr("the token endpoint answered HTTP 401"));
  EXPECT_EQ(hub.count(hub::Counter::streams_opened), 0u);
}

// TLS -----------------------------------------------------------------------------------------------------------------

TEST_F(WholeRun, loses_no_worker_where_a_signal_comes_before_its_start) {
  const auto hub = start({});
  scenario_.target.url = hub.origin() + "/events";
  phase(Phase::Kind::hold, 1);
  options_.start_at_unix_ns = realtime_ns() + 60 * kSecond;
  signals_ = 1;
  const auto results = good_run();
  EXPECT_EQ(results.exit_code, reports::ExitCode::interrupted);
  EXPECT_THAT(results.incidents, ::testing::IsEmpty());
}

TEST_F(WholeRun, holds_streams_over_tls_that_its_roots_vouch_for) {
  const auto root = wire::testing::make_root();
  const wire::testing::PemFile roots(root);
  const wire::testing::PemFile leaf(wire::testing::make_identity({}, &root), true);
  const auto hub = start({.rate = 20, .tls_certificate = leaf.path(), .tls_key = leaf.path()});
  scenario_.target.url = hub.origin() + "/events";
  ASSERT_EQ(scenario_.target.url.substr(0, 8), "https://");
  phase(Phase::Kind::ramp, 1, 10);
  phase(Phase::Kind::hold, 100'000);
  end_when([](const Snapshot& sum) {
    return sum.populations[0][Counter::events] >= 40 && sum.populations[0][Gauge::streams_open] == 10;
  });

  const auto refused = supervise_on(seams_, scenario_, options_, signals_);
  ASSERT_TRUE(refused) << refused.error().detail;
  EXPECT_EQ(refused->results.exit_code, reports::ExitCode::unreachable);
  EXPECT_THAT(refused->results.exit_reason, AllOf(HasSubstr("cannot be reached"), HasSubstr("certificate")));

  scenario_.target.ca_file = roots.path();
  const auto results = good_run();
  const auto streams = numbers(results);
  EXPECT_TRUE(met_);
  EXPECT_EQ(streams[Counter::streams_opened], 10u);
  EXPECT_EQ(streams.connect[static_cast<std::size_t>(ConnectPhase::tls)].count(), 10u);
  EXPECT_EQ(streams[Counter::events_lost], 0u);
  EXPECT_EQ(drops(streams), 0u);
  EXPECT_TRUE(results.run.tls_verified);
}

// Destinations --------------------------------------------------------------------------------------------------------

TEST_F(WholeRun, asks_for_each_population_at_its_own_path_of_one_origin) {
  const auto hub = start({});
  scenario_.target.url = hub.origin() + "/events";
  scenario_.populations.resize(2, scenario_.populations[0]);
  scenario_.populations[0].url = hub.origin() + "/mcp";
  scenario_.populations[0].stream = StreamKind::streamable_get;
  scenario_.populations[1].name = "watchers";
  phase(Phase::Kind::ramp, 1, 8);
  phase(Phase::Kind::hold, 100'000);
  end_when([](const Snapshot& sum) {
    return sum.populations[0][Gauge::streams_open] == 4 && sum.populations[1][Gauge::streams_open] == 4;
  });
  const auto results = good_run();
  EXPECT_TRUE(met_);
  EXPECT_EQ(numbers(results, 0)[Counter::sessions_opened], 4u);
  EXPECT_EQ(numbers(results, 1)[Counter::sessions_opened], 0u);
  EXPECT_EQ(hub.count(hub::Counter::requests_initialize), 5u) << "once before the run, to know whom it was with";
  EXPECT_EQ(results.run.server.name, "weir-hub");
}

TEST_F(WholeRun, brings_each_population_to_its_own_destination) {
  const auto first = start({});
  const auto second = start({});
  scenario_.target.url = first.origin() + "/events";
  scenario_.populations.resize(2, scenario_.populations[0]);
  scenario_.populations[0].name = "watchers";
  scenario_.populations[0].weight = 3;
  scenario_.populations[1].name = "sessions";
  scenario_.populations[1].url = second.origin() + "/mcp";
  scenario_.populations[1].stream = StreamKind::streamable_get;
  phase(Phase::Kind::ramp, 1, 20);
  phase(Phase::Kind::hold, 100'000);
  end_when([](const Snapshot& sum) {
    return sum.populations[0][Gauge::streams_open] == 15 && sum.populations[1][Gauge::streams_open] == 5;
  });
  const auto results = good_run();
  EXPECT_TRUE(met_);
  EXPECT_EQ(numbers(results, 0)[Counter::streams_opened], 15u);
  EXPECT_EQ(numbers(results, 0)[Counter::sessions_opened], 0u);
  EXPECT_EQ(numbers(results, 1)[Counter::sessions_opened], 5u);
  EXPECT_EQ(first.count(hub::Counter::streams_opened), 15u);
  EXPECT_EQ(first.count(hub::Counter::requests_initialize), 0u);
  EXPECT_EQ(second.count(hub::Counter::streams_opened), 5u);
  EXPECT_EQ(second.count(hub::Counter::requests_initialize), 6u) << "once before the run";
}

/// Eight sessions without a stream, each asked ten times a second.
void hold_sessions(Scenario& scenario, const std::string& url) {
  scenario.target.url = url;
  Population& population = scenario.populations[0];
  population.stream = StreamKind::session;
  population.revision = wire::mcp::k2025_11_25;
  population.calls.push_back({.tool = "echo", .arguments = {{"message", "hi"}}, .per_second = 80});
}

TEST_F(WholeRun, holds_sessions_without_streams) {
  const auto hub = start({});
  hold_sessions(scenario_, hub.origin() + "/mcp");
  phase(Phase::Kind::ramp, 1, 8);
  phase(Phase::Kind::hold, 100'000);
  end_when([](const Snapshot& sum) {
    return sum.populations[0][Gauge::streams_open] == 8 && sum.populations[0].tools[0].outcomes[0] >= 40;
  });
  const auto results = good_run();
  EXPECT_TRUE(met_);
  EXPECT_EQ(numbers(results)[Counter::streams_opened], 8u);
  EXPECT_EQ(ends(numbers(results), EndReason::client), 8u);
  EXPECT_EQ(drops(numbers(results)), 0u);
  EXPECT_EQ(hub.count(hub::Counter::streams_opened), 0u);
  EXPECT_EQ(hub.count(hub::Counter::requests_initialize), 9u) << "once before the run";
  EXPECT_EQ(held_of(results.layout, results.total.numbers), "session");
}

TEST_F(WholeRun, tells_of_sessions_that_the_server_has_forgotten) {
  hub::Options forgets;
  forgets.faults.session_expires_ms = 300;
  const auto hub = start(forgets);
  hold_sessions(scenario_, hub.origin() + "/mcp");
  phase(Phase::Kind::ramp, 1, 8);
  phase(Phase::Kind::hold, 100'000);
  end_when([](const Snapshot& sum) { return ends(sum.populations[0], EndReason::session_lost) >= 8; });
  const auto all = numbers(good_run());
  EXPECT_TRUE(met_);
  EXPECT_EQ(all[Counter::sessions_lost], ends(all, EndReason::session_lost));
  EXPECT_GE(all[Counter::reconnects_ok], 1u);
  EXPECT_EQ(all[Counter::streams_opened], ends(all, EndReason::session_lost) + ends(all, EndReason::client));
}

/// What a name server says, which may change in the middle of a run.
class Names {
 public:
  explicit Names(std::string ip) : ip_(std::move(ip)) {}
  void change(std::string ip) {
    const std::lock_guard lock(mutex_);
    ip_ = std::move(ip);
  }
  /// An empty address stands for a name server that fails.
  wire::Result<std::vector<wire::SocketAddress>> look_up(const std::string& host, std::uint16_t port) {
    const std::lock_guard lock(mutex_);
    if (ip_.empty()) { return wire::fail(wire::ErrorCode::resolve_failed, host + " has no address now"); }
    return std::vector<wire::SocketAddress>{{ip_, port}};
  }

 private:
  std::mutex mutex_;
  std::string ip_;
};

class WholeRunByName : public WholeRun {
 protected:
  void against(const hub::RunningHub& hub) {
    scenario_.target.url = fmt::format("http://moves.invalid:{}/events", hub.port());
    scenario_.resolve_every = 50 * kMillisecond;
    seams_.look_up = [names = names_](const wire::RunBounds&, const std::string& host, std::uint16_t port,
                                      wire::Deadline) { return names->look_up(host, port); };
    phase(Phase::Kind::ramp, 1, 10);
    phase(Phase::Kind::churn, 100'000).per_second = 20;
  }
  /// On 127.0.0.2 and 127.0.0.3; where somebody else has the port of the first on the second, with another port.
  static std::pair<hub::RunningHub, hub::RunningHub> two_on_one_port() {
    for (int tries = 0; tries < 10; ++tries) {
      auto first = start({.listen = {"127.0.0.2:0"}});
      auto second = hub::RunningHub::start({.listen = {fmt::format("127.0.0.3:{}", first.port())}});
      if (second) { return {std::move(first), std::move(*second)}; }
    }
    throw std::runtime_error("no port is free on both 127.0.0.2 and 127.0.0.3");
  }
  std::shared_ptr<Names> names_ = std::make_shared<Names>("127.0.0.2");
};

TEST_F(WholeRunByName, opens_new_streams_at_the_address_that_a_name_has_moved_to) {
  const auto hubs = two_on_one_port();
  const auto& before = hubs.first;
  const auto& after = hubs.second;
  against(before);
  scenario_.phases.back().per_second = 60;
  end_when([&](const Snapshot& sum) {
    if (sum.populations[0][Gauge::streams_open] == 10 && before.count(hub::Counter::streams_opened) >= 12) {
      names_->change("127.0.0.3");
    }
    // Churn closes streams by turns: in the end all have moved, and none was cut.
    return after.count(hub::Counter::streams_open) == 10;
  });
  const auto results = good_run();
  EXPECT_TRUE(met_);
  EXPECT_GE(before.count(hub::Counter::streams_opened), 12u);
  EXPECT_EQ(drops(numbers(results)), 0u);
  EXPECT_EQ(all_failures(numbers(results)), 0u);
  EXPECT_THAT(results.incidents, Contains(HasSubstr("moves.invalid has new addresses: 127.0.0.3:")));
  EXPECT_GE(numbers(results).connect[static_cast<std::size_t>(ConnectPhase::dns)].count(), 2u);
}

TEST_F(WholeRunByName, keeps_to_the_addresses_it_knows_while_the_name_server_fails) {
  const auto hub = start({.listen = {"127.0.0.2:0"}});
  against(hub);
  std::optional<std::uint64_t> opened;
  end_when([&](const Snapshot& sum) {
    if (!opened && sum.populations[0][Gauge::streams_open] == 10) {
      names_->change("");
      opened = sum.populations[0][Counter::streams_opened];
    }
    return opened && sum.populations[0][Counter::streams_opened] >= *opened + 10;
  });
  const auto results = good_run();
  EXPECT_TRUE(met_);
  EXPECT_EQ(all_failures(numbers(results)), 0u);
  EXPECT_THAT(results.incidents, Contains(HasSubstr("the addresses known before stay in use")));
}

}  // namespace
}  // namespace weir::loadgen
