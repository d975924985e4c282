// Plain HTTP calls, which need no stream: against the fixture and its faults.
#include <gtest/gtest.h>

#include "fixtures/mcp/server.hpp"
#include "loadgen/client/actors_fixture.hpp"
#include "loadgen/client/calls.hpp"

namespace weir::loadgen {
namespace {

using reports::load::CallOutcome;

struct HttpCalls : ActorsFixture {
  HttpCall& call(HttpCall http, double per_second = 200) {
    CallPlan one;
    one.tool = http.method + " " + http.path;
    one.per_second = per_second;
    one.timeout = 5 * kSecond;
    one.http = std::move(http);
    plan.calls.push_back(std::move(one));
    return *plan.calls.back().http;
  }

  void start_calls(std::vector<std::string> faults, const Credentials& credentials = {}) {
    fixtures::ServerOptions options;
    options.faults = std::move(faults);
    server = std::make_unique<fixtures::Server>(fixtures::Server::start(std::move(options)).value());
    start(StreamKind::none, *wire::parse_url(server->mcp_url()));
    numbers.populations[0].tools.resize(plan.calls.size());
    CallsOptions calls_options;
    calls_options.populations.push_back({plan, destination.get(), 0});
    calls = std::make_unique<Calls>(*actors, exchanges, std::move(calls_options), numbers);
    actors->listen(*calls);
    calls->set_credentials(credentials);
    calls->scale(loop.now_ns(), 1);
  }

  template <class Condition>
  bool spin_until(const Condition& condition) {
    return run_until([&] {
      calls->tick(loop.now_ns());
      return condition();
    });
  }
  std::uint64_t got(CallOutcome outcome, std::size_t index = 0) {
    return all().tools[index].outcomes[static_cast<std::size_t>(outcome)];
  }
  ~HttpCalls() override {
    calls.reset();
    actors.reset();
  }

  std::unique_ptr<fixtures::Server> server;
  std::unique_ptr<Calls> calls;
};

TEST_F(HttpCalls, need_no_stream_and_are_timed) {
  call({.path = "/health"});
  start_calls({});
  ASSERT_TRUE(spin_until([&] { return got(CallOutcome::ok) >= 20; }));
  calls->scale(loop.now_ns(), 0);
  ASSERT_TRUE(spin_until([&] { return calls->in_flight() == 0; }));
  EXPECT_EQ(got(CallOutcome::ok), all().tools[0].intended);
  EXPECT_EQ(all().tools[0].duration.count(), got(CallOutcome::ok));
  EXPECT_EQ(gauge(Gauge::streams_open), 0);
}

TEST_F(HttpCalls, count_what_was_not_expected_by_its_status) {
  call({.path = "/nope"});
  call({.path = "/nope", .expect_statuses = {404}});
  call({.path = "/health", .expect_statuses = {201}});
  start_calls({});
  ASSERT_TRUE(spin_until([&] {
    return got(CallOutcome::http_4xx) >= 3 && got(CallOutcome::ok, 1) >= 3 && got(CallOutcome::malformed, 2) >= 3;
  }));
  EXPECT_EQ(got(CallOutcome::ok), 0U);
  EXPECT_EQ(got(CallOutcome::http_4xx, 1), 0U);
}

TEST_F(HttpCalls, carry_the_credentials_of_the_target) {
  call({.method = "POST", .path = "/mcp", .json = wire::json::value{{"jsonrpc", "2.0"}, {"method", "x"}}});
  Credentials credentials;
  credentials.headers.set("Accept", "text/plain");  // Refused with 406 where it is sent.
  start_calls({}, credentials);
  ASSERT_TRUE(spin_until([&] { return got(CallOutcome::http_4xx) >= 3; }));
}

TEST_F(HttpCalls, time_out_where_nothing_is_answered) {
  call({.path = "/health"}, 50);
  plan.calls[0].timeout = 100 * kMillisecond;
  start_calls({"health.slow"});
  ASSERT_TRUE(spin_until([&] { return got(CallOutcome::timeout) >= 3; }));
  EXPECT_EQ(got(CallOutcome::ok), 0U);
}

}  // namespace
}  // namespace weir::loadgen
