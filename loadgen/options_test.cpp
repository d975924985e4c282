#include "loadgen/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace weir::loadgen {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kNow = 1'800'000'000 * kSecond;

wire::Result<std::variant<CommandLine, Printed>> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "weir-loadgen");
  return parse_options(static_cast<int>(words.size()), words.data(), "0.1.0");
}
CommandLine parsed(std::vector<const char*> words) {
  const auto result = parse(std::move(words));
  EXPECT_TRUE(result) << result.error().detail;
  return result ? std::get<CommandLine>(*result) : CommandLine{};
}
std::string error_of(std::vector<const char*> words) {
  const auto result = parse(std::move(words));
  return result ? "no error" : result.error().detail;
}
std::optional<std::string> nothing(const std::string&) { return std::nullopt; }
std::optional<std::string> variables(const std::string& name) {
  return name == "TOKEN" ? std::optional<std::string>("s3cret-token") : std::nullopt;
}
wire::Result<RunOptions> run_options(const CommandLine& options) { return run_options_from(options, {}, {}, kNow); }

TEST(LoadOptions, know_three_commands) {
  EXPECT_EQ(parsed({"run", "soak.yaml"}).command, CommandLine::Command::run);
  EXPECT_EQ(parsed({"hold", "http://127.0.0.1/"}).command, CommandLine::Command::hold);
  EXPECT_EQ(parsed({"probe-idle", "http://127.0.0.1/"}).command, CommandLine::Command::probe_idle);
  EXPECT_THAT(error_of({"hould", "x"}), HasSubstr("unknown command 'hould', did you mean 'hold'?"));
  EXPECT_NE(error_of({}), "no error");
}

TEST(LoadOptions, name_the_nearest_option) {
  EXPECT_THAT(error_of({"hold", "http://x/", "--stream", "5"}), HasSubstr("--stream, did you mean '--streams'?"));
  EXPECT_THAT(error_of({"run", "s.yaml", "--metric=:9"}), HasSubstr("unknown option --metric, did you mean"));
  EXPECT_THAT(error_of({"probe-idle", "http://x/", "--jsn"}), HasSubstr("--json"));
  EXPECT_THAT(error_of({"run", "a.yaml", "b.yaml"}), HasSubstr("unexpected argument 'b.yaml'"));
  EXPECT_THAT(error_of({"run"}), HasSubstr("give a scenario"));
  EXPECT_EQ(error_of({"hold", "http://x/", "--streams", "many"}).find('\n'), std::string::npos);
}

TEST(LoadOptions, know_the_roots_by_the_name_that_all_commands_have) {
  for (const char* name : {"--ca", "--ca-file"}) {
    EXPECT_EQ(parsed({"hold", "http://x/", name, "roots.pem"}).ca_file, "roots.pem");
    EXPECT_EQ(parsed({"run", "s.yaml", name, "roots.pem"}).ca_file, "roots.pem");
  }
}

TEST(LoadOptions, print_help_and_version) {
  EXPECT_THAT(std::get<Printed>(*parse({"--help"})).text, HasSubstr("hold"));
  EXPECT_THAT(std::get<Printed>(*parse({"hold", "--help"})).text, HasSubstr("--streams"));
  EXPECT_THAT(std::get<Printed>(*parse({"--version"})).text, HasSubstr("0.1.0"));
  EXPECT_THAT(std::get<Printed>(*parse({"run", "--help-scenario"})).text, HasSubstr("phases"));
  EXPECT_THAT(std::get<Printed>(*parse({"hold", "--help-thresholds"})).text, HasSubstr("stream_drop_ratio"));
}

TEST(LoadOptions, make_a_scenario_of_hold) {
  const auto options = parsed({"hold", "http://127.0.0.1:8080/mcp", "--streams", "500", "--for", "10m", "--workers",
                               "3", "--seed", "7", "--threshold", "stream_drop_ratio < 0.01", "--source", "127.0.0.2-4",
                               "--header", "X-Tenant: a", "--header", "X-API-Key: k3y-value"});
  const auto scenario = scenario_from(options, nothing);
  ASSERT_TRUE(scenario) << scenario.error().detail;
  EXPECT_EQ(scenario->most_streams(), 500);
  EXPECT_EQ(scenario->workers, 3);
  EXPECT_EQ(scenario->seed, 7u);
  EXPECT_EQ(scenario->sources.size(), 3u);
  EXPECT_EQ(scenario->thresholds.size(), 1u);
  EXPECT_EQ(scenario->target.headers.get("x-tenant"), "a");
  EXPECT_THAT(scenario->target.secrets, ::testing::ElementsAre("k3y-value"));
}

TEST(LoadOptions, take_secrets_from_the_environment_and_never_show_them) {
  const auto options =
      parsed({"hold", "http://127.0.0.1/mcp", "--bearer-env", "TOKEN", "--header-env", "X-Key: TOKEN"});
  const auto scenario = scenario_from(options, variables);
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->target.bearer, "s3cret-token");
  EXPECT_EQ(scenario->target.headers.get("x-key"), "s3cret-token");
  EXPECT_THAT(to_yaml(*scenario), Not(HasSubstr("s3cret-token")));
  EXPECT_THAT(scenario_from(options, nothing).error().detail, HasSubstr("TOKEN is not set"));
  const auto run = run_options_from(options, {"x", "hold", "--header", "X-Key: s3cret-token", "it's"},
                                    scenario->target.secrets, kNow);
  EXPECT_THAT(run->command, Not(HasSubstr("s3cret-token")));
  EXPECT_THAT(run->command, HasSubstr("weir-loadgen hold --header 'X-Key: ***' 'it'\\''s'"));
}

TEST(LoadOptions, change_what_a_scenario_file_says) {
  const auto path = std::filesystem::path(::testing::TempDir()) / ("weir_options_" + std::to_string(::getpid()));
  std::ofstream(path) << "target: http://127.0.0.1:8080/mcp\nphases:\n  - ramp: {to: 100, over: 5s}\n";
  const auto name = path.string();
  const auto scenario = scenario_from(parsed({"run", name.c_str(), "--workers", "2", "--threshold",
                                              "stream_drop_ratio < 5%", "--insecure", "--bearer-env", "TOKEN"}),
                                      variables);
  std::filesystem::remove(path);
  ASSERT_TRUE(scenario) << scenario.error().detail;
  EXPECT_EQ(scenario->workers, 2);
  EXPECT_TRUE(scenario->target.insecure);
  EXPECT_EQ(scenario->target.bearer, "s3cret-token");
  ASSERT_EQ(scenario->thresholds.size(), 1u);
  EXPECT_EQ(scenario->thresholds[0].bound, 0.05);
}

TEST(LoadOptions, say_which_option_cannot_be_read) {
  const std::vector<std::pair<std::vector<const char*>, std::string>> cases = {
      {{"--threshold", "streem_drop_ratio < 1"}, "--threshold"},
      {{"--workers", "-1"}, "--workers"},
      {{"--seed", "x"}, "--seed"},
      {{"--source", "127.0.0.900"}, "--source"},
      {{"--header", "nothing"}, "--header"},
      {{"--bearer-env", "NO_SUCH"}, "--bearer-env"},
      {{"--for", "10 minutes"}, "--for"},
      {{"--profile", "/no/such.yaml"}, "such.yaml"}};
  for (const auto& [words, wanted] : cases) {
    std::vector<const char*> all = {"hold", "http://127.0.0.1/"};
    all.insert(all.end(), words.begin(), words.end());
    const auto scenario = scenario_from(parsed(all), nothing);
    ASSERT_FALSE(scenario) << wanted;
    EXPECT_THAT(scenario.error().detail, HasSubstr(wanted));
    EXPECT_EQ(scenario.error().detail.find('\n'), std::string::npos);
  }
  const std::vector<std::pair<std::vector<const char*>, std::string>> run_cases = {
      {{"--shard", "5/4"}, "--shard"},        {{"--shard", "0/4"}, "--shard"},     {{"--shard", "1"}, "--shard"},
      {{"--start-at", "noon"}, "--start-at"}, {{"--report", "pdf=x"}, "--report"}, {{"--push", "gw:9"}, "--push"},
      {{"--color", "sometimes"}, "--color"}};
  for (const auto& [words, wanted] : run_cases) {
    std::vector<const char*> all = {"hold", "http://127.0.0.1/"};
    all.insert(all.end(), words.begin(), words.end());
    const auto run = run_options(parsed(all));
    ASSERT_FALSE(run) << wanted;
    EXPECT_THAT(run.error().detail, HasSubstr(wanted));
  }
}

TEST(LoadOptions, read_shards_and_times) {
  const auto shard = run_options(parsed({"hold", "http://127.0.0.1/", "--shard", "2/4"}));
  ASSERT_TRUE(shard);
  EXPECT_EQ(shard->shard, 1u);
  EXPECT_EQ(shard->shards, 4u);
  const auto at = [](const char* text) {
    return run_options(parsed({"hold", "http://127.0.0.1/", "--start-at", text}))->start_at_unix_ns;
  };
  EXPECT_EQ(at("+30s"), kNow + 30 * kSecond);
  EXPECT_EQ(at("2026-11-21T02:00:00Z"), 1'795'226'400 * kSecond);
  EXPECT_EQ(at("1800000001"), 1'800'000'001 * kSecond);
}

TEST(LoadOptions, do_not_take_the_url_for_a_second_header) {
  const auto options = parsed({"hold", "--header", "A: 1", "http://127.0.0.1/"});
  EXPECT_EQ(options.hold.url, "http://127.0.0.1/");
  EXPECT_EQ(options.headers.size(), 1u);
}

}  // namespace
}  // namespace weir::loadgen
