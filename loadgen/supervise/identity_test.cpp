#include "loadgen/supervise/identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loadgen/scenario/hold_flags.hpp"

namespace weir::loadgen {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

Scenario scenario() {
  HoldFlags flags;
  flags.url = "http://127.0.0.1:8080/mcp";
  flags.streams = 100;
  return scenario_of(flags).value();
}

TEST(ScenarioHash, is_of_what_decides_the_load) {
  const auto hash = scenario_hash(scenario());
  EXPECT_THAT(hash, MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(scenario_hash(scenario()), hash);
  const std::vector<std::function<void(Scenario&)>> kSame = {
      [](Scenario& one) { one.workers = 7; },
      [](Scenario& one) { one.sources = {"127.0.0.2"}; },
      [](Scenario& one) { one.resolve = {"a:80:127.0.0.1"}; },
      [](Scenario& one) { one.name = "night"; },
      [](Scenario& one) { one.thresholds.emplace_back(); },
  };
  for (const auto& change : kSame) {
    auto changed = scenario();
    change(changed);
    EXPECT_EQ(scenario_hash(changed), hash);
  }
  const std::vector<std::function<void(Scenario&)>> kOther = {
      [](Scenario& one) { one.seed = 2; },
      [](Scenario& one) { one.phases.front().streams = 101; },
      [](Scenario& one) { one.target.url += "/other"; },
      [](Scenario& one) { one.populations.front().reconnect.resume = false; },
      [](Scenario& one) { one.opens_per_second = 5; },
  };
  for (const auto& change : kOther) {
    auto changed = scenario();
    change(changed);
    EXPECT_NE(scenario_hash(changed), hash);
  }
}

TEST(RunId, is_the_same_for_all_shards_that_start_together_and_for_nobody_else) {
  RunOptions options;
  options.shards = 4;
  options.start_at_unix_ns = 1'800'000'000 * kSecond;
  const auto id = run_id_of(options, "9b3c");
  options.shard = 3;
  EXPECT_EQ(run_id_of(options, "9b3c"), id);
  EXPECT_NE(run_id_of(options, "9b3d"), id);
  options.start_at_unix_ns = 1'800'000'001 * kSecond;
  EXPECT_NE(run_id_of(options, "9b3c"), id);
  options.run_id = "night-7";
  EXPECT_EQ(run_id_of(options, "9b3c"), "night-7");
}

TEST(RunId, of_a_run_of_its_own_is_made_up) {
  const RunOptions options;
  const auto id = run_id_of(options, "9b3c");
  EXPECT_THAT(id, MatchesRegex("[0-9a-f]{12}"));
  EXPECT_NE(run_id_of(options, "9b3c"), id);
}

TEST(Secrets, of_a_scenario_are_found_in_every_url_of_it) {
  auto one = scenario();
  one.target.url = "http://me:pass-word@127.0.0.1/mcp?code=code-word";
  one.populations.front().url = "http://127.0.0.1/mcp?sig=sign-word";
  one.target.bearer = "bear-word";
  one.oauth.emplace();
  one.oauth->client_secret = "client-word";
  one.oauth->token_url = "http://127.0.0.1/token?key=token-word";
  EXPECT_THAT(secrets_of(one), ::testing::IsSupersetOf(
                                   {"pass-word", "code-word", "sign-word", "bear-word", "client-word", "token-word"}));
  EXPECT_THAT(secrets_of(one), ::testing::Each(Not("")));
}

TEST(Clock, is_that_of_a_kernel_and_off_by_what_the_kernel_knows) {
  const auto clock = clock_now();
  EXPECT_EQ(clock.kernel.size(), 36U) << clock.kernel;
  EXPECT_EQ(clock.kernel, clock_now().kernel);
  EXPECT_GE(clock.error_ns, -1);
}

TEST(Kernel, names_its_release) { EXPECT_THAT(kernel_text(), HasSubstr("Linux ")); }

}  // namespace
}  // namespace weir::loadgen
