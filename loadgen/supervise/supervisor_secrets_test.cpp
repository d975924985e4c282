#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loadgen/supervise/supervisor.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::loadgen {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(SupervisorSecrets, shows_no_secret_that_the_target_repeats_before_the_run) {
  const wire::testing::RawServer echo([](wire::testing::Peer& peer) {
    const auto request = peer.read_request();
    const auto field = request.find("Authorization: ");
    const auto said =
        field == std::string::npos ? "" : request.substr(field + 15, request.find('\r', field) - field - 15);
    peer.send(
        fmt::format("HTTP/1.1 403 {0}\r\nConnection: close\r\nContent-Length: {1}\r\n\r\n{0}", said, said.size()));
  });
  Scenario scenario;
  scenario.populations.resize(1);
  scenario.phases.push_back({.kind = Phase::Kind::hold, .name = "hold", .duration = kSecond, .streams = 1});
  scenario.target.url = echo.url("/mcp").str();
  scenario.target.bearer = "s3cret-token-of-the-user";
  scenario.populations[0].stream = StreamKind::automatic;
  const std::atomic<int> signals{0};
  const auto result = supervise(scenario, {.quiet = true}, signals);
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_THAT(result->results.exit_reason, HasSubstr("***"));
  EXPECT_THAT(result->results.exit_reason, Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace weir::loadgen
