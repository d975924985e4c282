#include "loadgen/supervise/permission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace weir::loadgen {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kRefuses = "neither loopback nor private";

Scenario permission_scenario(std::string_view phases) {
  const auto text = fmt::format("target: http://here.invalid/mcp\npopulations: {{stream: plain}}\nphases:\n{}", phases);
  const auto scenario = parse_scenario(text, "load.yaml", [](const std::string&) { return std::nullopt; });
  EXPECT_TRUE(scenario) << scenario.error().detail;
  return scenario ? *scenario : Scenario();
}

TEST(LoadDemand, is_the_most_of_every_phase) {
  auto scenario = permission_scenario("- ramp: {to: 100, over: 10s}\n- hold: 1s\n- churn: {rate: 4/s, for: 1s}\n");
  EXPECT_EQ(load_demand(scenario).streams, 100);
  EXPECT_DOUBLE_EQ(load_demand(scenario).opens_per_second, 10);
  scenario = permission_scenario("- ramp: {to: 100, over: 100s}\n- churn: {rate: 4/s, for: 1s}\n  calls_x: 3\n");
  EXPECT_DOUBLE_EQ(load_demand(scenario).opens_per_second, 4);
  scenario.populations[0].calls.resize(2);
  scenario.populations[0].calls[0].per_second = 5;
  EXPECT_DOUBLE_EQ(load_demand(scenario).calls_per_second, 18) << "5 and 1 a second, three times";
}

TEST(LoadDemand, counts_a_ramp_from_where_it_begins_and_everybody_that_comes_back) {
  const auto scenario =
      permission_scenario("- ramp: {to: 100, over: 100s}\n- ramp: {to: 300, over: 100s}\n- reconnect: {for: 1s}\n");
  EXPECT_DOUBLE_EQ(load_demand(scenario).opens_per_second, 300) << "all 300 within the base of 1 s";
  EXPECT_DOUBLE_EQ(load_demand(permission_scenario("- ramp: {to: 100, over: 100s}\n- ramp: {to: 300, over: 100s}\n"))
                       .opens_per_second,
                   2);
}

TEST(LoadDemand, lets_the_bound_on_opens_hold_ramps_and_jumps) {
  auto scenario = permission_scenario("- ramp: {to: 100, over: 1s}\n- spike: {to: 300, for: 1s}\n");
  scenario.opens_per_second = 20;
  EXPECT_DOUBLE_EQ(load_demand(scenario).opens_per_second, 20);
}

TEST(LoadDemand, is_held_to_the_ceiling_where_the_scenario_has_no_bound) {
  auto scenario = permission_scenario("- ramp: {to: 1, over: 1s}\n- spike: {to: 300, for: 1s}\n");
  bound_opens(scenario);
  EXPECT_EQ(scenario.opens_per_second, 0);
  scenario.target.load_allowed.emplace().opens_per_second = 30;
  bound_opens(scenario);
  EXPECT_EQ(scenario.opens_per_second, 30);
  EXPECT_TRUE(wire::within_load_allowed(scenario.target.load_allowed, load_demand(scenario)));
  scenario.opens_per_second = 31;
  bound_opens(scenario);
  EXPECT_EQ(scenario.opens_per_second, 31) << "what the scenario says is refused, and not changed";
  EXPECT_FALSE(wire::within_load_allowed(scenario.target.load_allowed, load_demand(scenario)));
}

TEST(Permit, asks_for_every_host_of_the_scenario) {
  auto scenario = permission_scenario("- ramp: {to: 1, over: 1s}\n");
  scenario.populations.resize(3, scenario.populations[0]);
  scenario.populations[1].url = "http://there.invalid/mcp";
  scenario.populations[2].url = "http://here.invalid:81/mcp";
  const auto targets = targets_of(scenario);
  ASSERT_TRUE(targets);
  const std::vector<Looked> looked = {
      {0, {"127.0.0.1:80"}, "", -1}, {1, {"10.0.0.1:80", "192.0.2.1:80"}, "", -1}, {2, {"127.0.0.1:81"}, "", -1}};
  const auto refused = permit(scenario, {}, *targets, looked);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, wire::ErrorCode::bad_input);
  EXPECT_THAT(refused.error().detail, HasSubstr(kRefuses));
  EXPECT_THAT(refused.error().detail, HasSubstr("there.invalid is 192.0.2.1:80"));
  const auto lines = permit(scenario, {{"there.invalid"}, {}}, *targets, looked);
  ASSERT_TRUE(lines) << lines.error().detail;
  EXPECT_THAT(*lines, ElementsAre("load allowed: here.invalid is on loopback or a private network",
                                  "load allowed: there.invalid (192.0.2.1:80) by --i-may-load"));
}

/// What a name server says first is loopback; then something else.
TEST(NameKeeperPermission, keeps_a_load_from_following_a_name_to_a_host_of_others) {
  auto scenario = permission_scenario("- ramp: {to: 1, over: 1s}\n");
  scenario.resolve_every = kMillisecond;
  const auto targets = targets_of(scenario);
  ASSERT_TRUE(targets);
  NameKeeper names(scenario, *targets, {{0, {"127.0.0.1:80"}, "", 1}},
                   [](const wire::RunBounds&, const std::string&, std::uint16_t port,
                      wire::Deadline) -> wire::Result<std::vector<wire::SocketAddress>> {
                     return std::vector<wire::SocketAddress>{{"192.0.2.1", port}};
                   },
                   {});
  std::vector<Looked> news;
  while (news.empty()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    news = names.take();
  }
  EXPECT_TRUE(news[0].addresses.empty());
  EXPECT_THAT(news[0].failure, HasSubstr(kRefuses));
}

}  // namespace
}  // namespace weir::loadgen
