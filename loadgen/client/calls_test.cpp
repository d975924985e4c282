// Calls beside held streams, against the hub and its faults.
#include "loadgen/client/calls.hpp"

#include <gmock/gmock.h>

#include "fixtures/hub/hub_fixture.hpp"
#include "loadgen/client/actors_fixture.hpp"
#include "wire/mcp/era.hpp"

namespace weir::loadgen {
namespace {

using fixtures::hub::RunningHub;
using fixtures::hub::start_hub;
using fixtures::hub::with_fault;
using fixtures::hub::with_rate;
using reports::load::CallOutcome;
using reports::load::DropCause;
using Hub = fixtures::hub::Counter;

struct CallEra {
  const char* name;
  StreamKind kind;
  std::string_view path;
  std::string_view revision;
};
constexpr CallEra kHttpSseCalls{"HttpSse", StreamKind::http_sse_get, "/sse", wire::mcp::k2024_11_05};
constexpr CallEra kStreamableCalls{"Streamable", StreamKind::streamable_get, "/mcp", wire::mcp::k2025_11_25};
constexpr CallEra kListenCalls{"Listen", StreamKind::listen, "/mcp", wire::mcp::k2026_07_28};

struct CallsFixture : ActorsFixture {
  CallPlan& tool(const std::string& name, double per_second) {
    plan.calls.push_back({.tool = name, .arguments = {{"message", "call {{seq}}"}}, .per_second = per_second});
    return plan.calls.back();
  }

  /// Opens `streams` and starts the calls.
  void start_calls(const RunningHub& hub, const CallEra& era, int streams = 4) {
    start(era.kind, *wire::parse_url(hub.origin() + std::string(era.path)), era.revision);
    numbers.populations[0].tools.resize(plan.calls.size());
    CallsOptions options;
    options.populations.push_back({plan, destination.get(), 0});
    options.in_flight_most = in_flight_most;
    calls = std::make_unique<Calls>(*actors, exchanges, std::move(options), numbers);
    actors->listen(*calls);
    add(streams);
    ASSERT_TRUE(run_until_open(streams));
    calls->scale(loop.now_ns(), 1);
  }

  template <class Condition>
  bool spin_until(const Condition& condition) {
    return run_until([&] {
      calls->tick(loop.now_ns());
      return condition();
    });
  }
  std::uint64_t got(CallOutcome outcome, std::size_t tool = 0) {
    return all().tools[tool].outcomes[static_cast<std::size_t>(outcome)];
  }
  std::uint64_t dropped(DropCause cause) { return all().tools[0].dropped[static_cast<std::size_t>(cause)]; }
  /// Every intended call came to one outcome or was dropped.
  void expect_whole(std::size_t tool = 0) {
    const reports::load::ToolNumbers& of = all().tools[tool];
    std::uint64_t sum = 0;
    for (const std::uint64_t n : of.outcomes) { sum += n; }
    for (const std::uint64_t n : of.dropped) { sum += n; }
    EXPECT_EQ(sum - got(CallOutcome::duplicate, tool), of.intended);
    EXPECT_EQ(gauge(Gauge::calls_in_flight), 0);
  }
  ~CallsFixture() override {
    calls.reset();
    actors.reset();
  }

  std::size_t in_flight_most = 1000;
  std::unique_ptr<Calls> calls;
};

struct CallsOfEveryEra : CallsFixture, ::testing::WithParamInterface<CallEra> {};
INSTANTIATE_TEST_SUITE_P(Eras, CallsOfEveryEra, ::testing::Values(kHttpSseCalls, kStreamableCalls, kListenCalls),
                         [](const auto& era) { return era.param.name; });

TEST_P(CallsOfEveryEra, are_answered_and_timed_from_their_intended_start) {
  const auto hub = start_hub();
  tool("echo", 500);
  tool("fail", 100);
  tool("no such tool", 100);
  start_calls(hub, GetParam());
  ASSERT_TRUE(spin_until([&] {
    return got(CallOutcome::ok) >= 50 && got(CallOutcome::tool_error, 1) >= 5 &&
           got(CallOutcome::jsonrpc_error, 2) >= 5;
  }));
  calls->scale(loop.now_ns(), 0);
  ASSERT_TRUE(spin_until([&] { return calls->in_flight() == 0; }));
  calls->stop();
  for (std::size_t i = 0; i < 3; ++i) { expect_whole(i); }
  EXPECT_EQ(all().tools[0].duration.count(), got(CallOutcome::ok));
  EXPECT_EQ(count(Counter::calls_intended),
            all().tools[0].intended + all().tools[1].intended + all().tools[2].intended);
  EXPECT_EQ(got(CallOutcome::ok), all().tools[0].intended);
  EXPECT_GT(all()[Timer::schedule_lag].count(), 60u);
}

TEST_P(CallsOfEveryEra, are_answered_by_json_as_well_as_by_a_stream) {
  fixtures::hub::Options options;
  options.json_answers = true;
  const auto hub = start_hub(options);
  tool("echo", 200);
  start_calls(hub, GetParam(), 1);
  EXPECT_TRUE(spin_until([&] { return got(CallOutcome::ok) >= 10; }));
}

TEST_P(CallsOfEveryEra, that_get_garbage_or_two_answers_are_named) {
  const auto hub = start_hub(with_fault("answer-garbage=3", with_fault("answer-twice=4")));
  tool("echo", 300).timeout = 500 * kMillisecond;
  start_calls(hub, GetParam());
  ASSERT_TRUE(spin_until([&] {
    const bool garbage = got(CallOutcome::malformed) + got(CallOutcome::lost) + got(CallOutcome::timeout) >= 3;
    return got(CallOutcome::ok) >= 10 && got(CallOutcome::duplicate) >= 3 && garbage;
  }));
}

TEST_F(CallsFixture, tells_a_lost_answer_from_a_silent_stream) {
  const auto hub = start_hub(with_fault("answer-lost=2", with_rate(20)));
  tool("echo", 50).timeout = 300 * kMillisecond;
  start_calls(hub, kHttpSseCalls, 2);
  ASSERT_TRUE(spin_until([&] { return got(CallOutcome::lost) >= 5; }));
  EXPECT_EQ(got(CallOutcome::timeout), 0u);
}

TEST_F(CallsFixture, names_answers_that_came_on_somebody_elses_stream) {
  const auto hub = start_hub(with_fault("answer-wrong-session=3"));
  tool("echo", 100);
  start_calls(hub, kHttpSseCalls, 3);
  ASSERT_TRUE(spin_until([&] { return got(CallOutcome::wrong_session) >= 5 && got(CallOutcome::ok) >= 5; }));
}

TEST_F(CallsFixture, times_out_what_takes_too_long) {
  const auto hub = start_hub(with_fault("answer-slow=2000"));
  tool("echo", 50).timeout = 100 * kMillisecond;
  start_calls(hub, kStreamableCalls, 2);
  ASSERT_TRUE(spin_until([&] { return got(CallOutcome::timeout) >= 5; }));
  EXPECT_EQ(got(CallOutcome::ok), 0u);
}

TEST_F(CallsFixture, drops_calls_beyond_its_bound_and_without_a_stream_and_says_why) {
  const auto hub = start_hub(with_fault("answer-slow=60000"));
  tool("echo", 200);
  in_flight_most = 5;
  start_calls(hub, kStreamableCalls, 1);
  ASSERT_TRUE(spin_until([&] { return dropped(DropCause::in_flight) >= 5; }));
  EXPECT_EQ(calls->in_flight(), 5u);
  EXPECT_EQ(gauge(Gauge::calls_in_flight), 5);
  calls->stop();
  EXPECT_EQ(got(CallOutcome::unfinished), 5u);
  expect_whole();
}

TEST_F(CallsFixture, have_no_stream_to_go_beside_when_none_is_held) {
  const auto hub = start_hub();
  tool("echo", 200);
  start_calls(hub, kStreamableCalls, 0);
  ASSERT_TRUE(spin_until([&] { return dropped(DropCause::no_stream) >= 3; }));
  calls->stop();
  expect_whole();
}

TEST_F(CallsFixture, tell_the_actors_of_a_session_that_is_gone) {
  const auto hub = start_hub(with_fault("session-expires=150"));
  tool("echo", 100);
  start_calls(hub, kStreamableCalls, 2);
  ASSERT_TRUE(spin_until([&] { return got(CallOutcome::http_4xx) > 0 && count(Counter::sessions_lost) > 0; }));
}

TEST_F(CallsFixture, go_out_at_their_rate_whatever_becomes_of_them) {
  const auto hub = start_hub(with_fault("answer-slow=60000"));
  tool("echo", 100);
  start_calls(hub, kStreamableCalls, 2);
  const std::int64_t began_ns = loop.now_ns();
  ASSERT_TRUE(spin_until([&] { return loop.now_ns() - began_ns >= 300 * kMillisecond; }));
  const std::int64_t due = (loop.now_ns() - began_ns) / (10 * kMillisecond);
  EXPECT_NEAR(static_cast<double>(all().tools[0].intended), static_cast<double>(due), 2);
}

}  // namespace
}  // namespace weir::loadgen
