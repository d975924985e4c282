// Services that are no MCP endpoints, as their profiles describe them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/matrix/kill_fixture_test.hpp"
#include "conformance/run/judged_test.hpp"

namespace weir::conformance {
namespace {

const KillFixtureRegistration kNone{{.name = "plain", .prepare = [](auto& options, auto& profile) {
                                       options.endpoint.eras = {};
                                       profile.era = wire::mcp::Era::none;
                                     }}};

const KillFixtureRegistration kStream{
    {.name = "plain-stream", .prepare = [](auto& options, auto& profile) {
       options.endpoint.heartbeat_ms = 50;
       profile.front_door = {
           {.path = "/sse", .expect = {.statuses = {200}, .content_type = "text/event-stream", .heartbeat_s = 0.3}}};
     }}};

TEST(PlainStreams, that_compression_holds_back_are_told_with_those_of_mcp) {
  const auto server = fixtures::Server::start({.faults = {"delivery.gzip-holds-events"}}).value();
  Target target;
  target.answer_timeout = std::chrono::milliseconds(1000);
  target.profile.front_door = {{.path = "/sse", .expect = {.statuses = {200}, .content_type = "text/event-stream"}}};
  look_at(target, server, Era::streamable);
  const std::vector<std::string> checks = {"delivery.first-event.compressed", "plain.stream.compressed"};
  EXPECT_THAT(red(run_checks(target, {.checks = {checks[1]}})), ::testing::ElementsAre(checks[1]));
  EXPECT_THAT(red(run_checks(target, {.checks = checks})), ::testing::ElementsAre(checks[0]));
}

}  // namespace
}  // namespace weir::conformance
