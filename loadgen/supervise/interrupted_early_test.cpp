// A run that is to end before it has begun: what it waits for then, it need not know any more.
#include <gtest/gtest.h>

#include <chrono>

#include "loadgen/supervise/supervisor.hpp"
#include "loadgen/supervise/test_seams.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::loadgen {
namespace {

using namespace std::chrono_literals;
using wire::testing::Peer;
using wire::testing::RawServer;

Scenario scenario_of(const std::string& url) {
  Scenario scenario;
  scenario.populations.resize(1);
  scenario.populations[0].stream = StreamKind::automatic;
  scenario.phases.push_back({.kind = Phase::Kind::hold, .name = "hold", .duration = kSecond, .streams = 1});
  scenario.target.url = url;
  return scenario;
}

/// Under a target, or a provider of tokens, that says nothing until somebody has had enough.
void expect_end_at_once(const std::function<Scenario(const RawServer&)>& scenario_at) {
  std::atomic<bool> interrupted{false};
  const RawServer silent([&](Peer& peer) {
    peer.read_request();
    interrupted = true;
    peer.wait_for_client_end();
  });
  const std::atomic<int> signals{1};
  RunOptions options;
  options.quiet = true;
  options.interrupted = &interrupted;
  const auto begun = std::chrono::steady_clock::now();
  const auto result = supervise(scenario_at(silent), options, signals);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 4s);
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->results.exit_code, reports::ExitCode::interrupted);
  EXPECT_TRUE(result->interrupted);
}

TEST(InterruptedEarly, ends_while_it_asks_what_the_target_speaks) {
  expect_end_at_once([](const RawServer& silent) { return scenario_of(silent.url("/mcp").str()); });
}

TEST(InterruptedEarly, ends_while_it_asks_for_a_name) {
  std::atomic<bool> interrupted{false};
  TestSeams seams;
  seams.look_up = [&](const wire::RunBounds& run, const auto&...) -> wire::Result<std::vector<wire::SocketAddress>> {
    interrupted = true;
    const auto long_after = wire::Deadline::in(20s);
    while (!run.over() && !long_after.passed()) { run.pause(1ms); }
    EXPECT_TRUE(run.over());
    return wire::fail(wire::ErrorCode::resolve_failed, "the name servers gave no address in time");
  };
  RunOptions options;
  options.quiet = true;
  options.interrupted = &interrupted;
  const std::atomic<int> signals{1};
  const auto result = supervise_on(seams, scenario_of("http://slow.invalid/mcp"), options, signals);
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->results.exit_code, reports::ExitCode::interrupted);
}

TEST(InterruptedEarly, ends_while_it_waits_for_a_token) {
  expect_end_at_once([](const RawServer& silent) {
    auto scenario = scenario_of(silent.url("/mcp").str());
    scenario.oauth.emplace();
    scenario.oauth->token_url = silent.url("/token").str();
    scenario.oauth->client_id = "weir";
    return scenario;
  });
}

}  // namespace
}  // namespace weir::loadgen
