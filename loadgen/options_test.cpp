#include "loadgen/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

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
wire::Result<RunOptions> run_options(const CommandLine& options, const Environment& environment = nothing) {
  return run_options_from(options, {}, {}, environment, kNow);
}

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

TEST(LoadOptions, refuse_roots_that_cannot_be_read_also_where_no_certificate_is_verified) {
  for (const char* path : {"/nowhere/roots.pem", "/"}) {
    const auto scenario = scenario_from(parsed({"hold", "http://127.0.0.1:1/mcp", "--ca", path}), nothing);
    ASSERT_FALSE(scenario) << path;
    EXPECT_EQ(scenario.error().detail, fmt::format("--ca: '{}' cannot be read as a PEM file of trusted roots", path));
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
                                    scenario->target.secrets, nothing, kNow);
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
      {{"--shard", "5/4"}, "--shard"},
      {{"--shard", "0/4"}, "--shard"},
      {{"--shard", "1"}, "--shard"},
      {{"--start-at", "noon"}, "--start-at"},
      {{"--report", "pdf=x"}, "--report"},
      {{"--push", "gw:9"}, "--push"},
      {{"--metrics", "0", "--metrics-linger", "soon"}, "--metrics-linger"},
      {{"--metrics-linger", "30s"}, "without --metrics or --ui"},
      {{"--color", "sometimes"}, "--color"},
      {{"--run-id", "a b"}, "--run-id"},
      {{"--label", "9=x"}, "--label"},
      {{"--label", "commit"}, "--label"},
      {{"--label", "a=1", "--label", "a=2"}, "'a' is given twice"},
      {{"--shard", "1/4"}, "the same --run-id"},
      {{"--shard", "1/4", "--start-at", "+30s"}, "another time on each machine"}};
  for (const auto& [words, wanted] : run_cases) {
    std::vector<const char*> all = {"hold", "http://127.0.0.1/"};
    all.insert(all.end(), words.begin(), words.end());
    const auto run = run_options(parsed(all));
    ASSERT_FALSE(run) << wanted;
    EXPECT_THAT(run.error().detail, HasSubstr(wanted));
  }
}

TEST(LoadOptions, read_shards_and_times) {
  const auto shard = run_options(parsed({"hold", "http://127.0.0.1/", "--shard", "2/4", "--run-id", "night-7"}));
  ASSERT_TRUE(shard);
  EXPECT_EQ(shard->shard, 1u);
  EXPECT_EQ(shard->shards, 4u);
  EXPECT_EQ(shard->run_id, "night-7");
  const auto at = [](const char* text) {
    return run_options(parsed({"hold", "http://127.0.0.1/", "--start-at", text}))->start_at_unix_ns;
  };
  EXPECT_EQ(at("+30s"), kNow + 30 * kSecond);
  EXPECT_EQ(at("2026-11-21T02:00:00Z"), 1'795'226'400 * kSecond);
  EXPECT_EQ(at("1800000001"), 1'800'000'001 * kSecond);
}

using Variables = std::map<std::string, std::string>;
wire::Result<RunOptions> in_array(const Variables& variables, std::vector<const char*> words = {}) {
  words.insert(words.begin(), {"hold", "http://127.0.0.1/"});
  return run_options(parsed(words), [&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

TEST(LoadOptions, take_the_shard_from_the_array_of_a_batch_system) {
  struct Case {
    Variables variables;
    std::uint32_t shard, shards;
    std::string run_id;
  };
  const std::vector<const char*> start = {"--start-at", "2026-11-21T02:00:00Z"};
  const std::vector<Case> cases = {
      {{{"AWS_BATCH_JOB_ARRAY_INDEX", "0"}, {"AWS_BATCH_JOB_ARRAY_SIZE", "4"}, {"AWS_BATCH_JOB_ID", "4f2a-91:0"}},
       0,
       4,
       "4f2a-91"},
      {{{"JOB_COMPLETION_INDEX", "2"}, {"WEIR_SHARDS", "3"}}, 2, 3, ""},
      {{{"SLURM_ARRAY_TASK_ID", "9"},
        {"SLURM_ARRAY_TASK_MIN", "5"},
        {"SLURM_ARRAY_TASK_STEP", "2"},
        {"SLURM_ARRAY_TASK_COUNT", "3"},
        {"SLURM_ARRAY_JOB_ID", "77"}},
       2,
       3,
       "77"}};
  for (const auto& one : cases) {
    const auto run = in_array(one.variables, start);
    ASSERT_TRUE(run) << run.error().detail;
    EXPECT_EQ(run->shard, one.shard);
    EXPECT_EQ(run->shards, one.shards);
    EXPECT_EQ(run->run_id, one.run_id);
    EXPECT_EQ(run->shard_from,
              one.variables.begin()->first.starts_with("SLURM") ? "SLURM_ARRAY_TASK_ID" : one.variables.begin()->first);
  }
  const auto flag = in_array({{"SLURM_ARRAY_TASK_ID", "9"}}, {"--shard", "1/1"});
  ASSERT_TRUE(flag);
  EXPECT_EQ(flag->shards, 1u);
  EXPECT_EQ(in_array({})->shards, 1u);
}

TEST(LoadOptions, refuse_an_array_that_does_not_say_which_part_of_how_many) {
  EXPECT_THAT(in_array({{"JOB_COMPLETION_INDEX", "2"}}).error().detail, HasSubstr("set WEIR_SHARDS"));
  EXPECT_THAT(in_array({{"JOB_COMPLETION_INDEX", "3"}, {"WEIR_SHARDS", "3"}}).error().detail,
              HasSubstr("no place among 3 parts"));
  EXPECT_THAT(in_array({{"SLURM_ARRAY_TASK_ID", "x"}}).error().detail, HasSubstr("no whole number"));
  EXPECT_THAT(
      in_array({{"SLURM_ARRAY_TASK_ID", "2"}, {"SLURM_ARRAY_TASK_STEP", "0"}, {"WEIR_SHARDS", "3"}}).error().detail,
      HasSubstr("no place"));
}

TEST(LoadOptions, keep_labels_in_their_order) {
  const auto run =
      run_options(parsed({"hold", "http://127.0.0.1/", "--label", "commit=4f2a", "--label", "stage=a=b c"}));
  ASSERT_TRUE(run);
  EXPECT_EQ(run->labels, (std::vector<std::pair<std::string, std::string>>{{"commit", "4f2a"}, {"stage", "a=b c"}}));
}

TEST(LoadOptions, do_not_take_the_url_for_a_second_header) {
  const auto options = parsed({"hold", "--header", "A: 1", "http://127.0.0.1/"});
  EXPECT_EQ(options.hold.url, "http://127.0.0.1/");
  EXPECT_EQ(options.headers.size(), 1u);
}

}  // namespace
}  // namespace weir::loadgen
