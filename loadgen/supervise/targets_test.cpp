#include "loadgen/supervise/targets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loadgen/limits.hpp"

namespace weir::loadgen {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

Scenario scenario_with(std::size_t addresses) {
  Scenario scenario;
  scenario.target.url = "http://edge.invalid/mcp";
  scenario.populations.emplace_back();
  std::string entry = "edge.invalid:80:";
  for (std::size_t i = 0; i < addresses; ++i) {
    entry += fmt::format("{}10.0.{}.{}", i == 0 ? "" : ",", i / 250, i % 250);
  }
  scenario.resolve = {std::move(entry)};
  return scenario;
}

TEST(Targets, take_as_many_fixed_addresses_as_a_worker_does) {
  const Scenario most = scenario_with(limits::kAddresses);
  const auto looked = look_up_all(most, *targets_of(most), {});
  ASSERT_TRUE(looked) << looked.error().detail;
  EXPECT_THAT(looked->at(0).addresses, SizeIs(limits::kAddresses));

  const Scenario more = scenario_with(300);
  const auto refused = look_up_all(more, *targets_of(more), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, wire::ErrorCode::bad_input);
  EXPECT_THAT(refused.error().detail, HasSubstr("names 300 addresses; a target has at most 256"));
}

TEST(Targets, leave_alone_what_a_name_has_beyond_that) {
  Scenario scenario = scenario_with(0);
  scenario.resolve.clear();
  const auto looked = look_up_all(scenario, *targets_of(scenario), [](const std::string&, std::uint16_t port, auto) {
    std::vector<wire::SocketAddress> all;
    for (int i = 0; i < 300; ++i) { all.push_back({fmt::format("10.0.{}.{}", i / 250, i % 250), port}); }
    return wire::Result<std::vector<wire::SocketAddress>>(all);
  });
  ASSERT_TRUE(looked) << looked.error().detail;
  EXPECT_THAT(looked->at(0).addresses, SizeIs(limits::kAddresses));
}

}  // namespace
}  // namespace weir::loadgen
