#include "conformance/run/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace weir::conformance {

using ::testing::HasSubstr;

namespace {

wire::Result<std::variant<Options, Printed>> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "weir-conformance");
  return parse_options(static_cast<int>(words.size()), words.data(), "1.2.3");
}

std::optional<std::string> environment(const std::string& name) {
  const std::map<std::string, std::string> all = {{"TOKEN", "token-value"}, {"KEY", "key-value"}, {"EMPTY", ""}};
  const auto found = all.find(name);
  return found == all.end() ? std::nullopt : std::optional(found->second);
}

wire::Result<RunPlan> plan(std::vector<const char*> words) {
  const auto parsed = parse(std::move(words));
  if (!parsed) { return tl::unexpected(parsed.error()); }
  return plan_of(std::get<Options>(*parsed), environment);
}

std::string error_of(std::vector<const char*> words) {
  const auto made = plan(std::move(words));
  EXPECT_FALSE(made);
  if (made) { return ""; }
  EXPECT_EQ(made.error().code, wire::ErrorCode::bad_input);
  EXPECT_EQ(made.error().detail.find('\n'), std::string::npos) << made.error().detail;
  return made.error().detail;
}

constexpr auto kUrl = "http://127.0.0.1:1/mcp";

}  // namespace

TEST(Options, need_a_url_only) {
  const auto made = plan({kUrl});
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->url.path, "/mcp");
  EXPECT_THAT(made->checks, ::testing::Not(::testing::Contains(::testing::StartsWith("deploy."))));
  EXPECT_GT(made->checks.size(), 200U);
  EXPECT_FALSE(made->budget);
  EXPECT_FALSE(made->concurrency);
  EXPECT_THAT(error_of({}), HasSubstr("no URL"));
}

TEST(Options, ask_about_a_deploy_where_there_is_one) {
  EXPECT_THAT(plan({kUrl, "--across-deploy", "true"})->checks, ::testing::Contains("deploy.stream.ends"));
  EXPECT_TRUE(plan({kUrl, "--across-deploy", "true"})->across_deploy);
  EXPECT_FALSE(plan({kUrl})->across_deploy);
  EXPECT_THAT(error_of({kUrl, "--checks", "deploy.*"}), HasSubstr("add --across-deploy"));
  EXPECT_THAT(error_of({kUrl, "--across-deploy", ""}), HasSubstr("the command is empty"));
}

TEST(Options, watch_without_guessing_credentials_and_change_nothing) {
  EXPECT_EQ(plan({kUrl})->watch.count(), 0);
  EXPECT_EQ(plan({kUrl})->auth_attempts, kAuthAttempts);
  EXPECT_EQ(plan({kUrl, "--watch", "60"})->watch, std::chrono::seconds(60));
  EXPECT_EQ(plan({kUrl, "--watch", "60"})->auth_attempts, 0);
  EXPECT_EQ(plan({kUrl, "--watch", "60", "--auth-attempts", "3"})->auth_attempts, 3);
  EXPECT_THAT(error_of({kUrl, "--watch", "0.5"}), HasSubstr("--watch must be between 1 and"));
  EXPECT_THAT(error_of({kUrl, "--metrics", "9465"}), HasSubstr("--metrics is for --watch SECONDS"));
  EXPECT_THAT(error_of({kUrl, "--watch", "60", "--across-deploy", "true"}),
              HasSubstr("--across-deploy is for a single"));
  EXPECT_THAT(error_of({kUrl, "--watch", "60", "--tools-lock", "x", "--accept"}),
              HasSubstr("--accept is for a single"));
}

TEST(Options, need_roots_that_can_be_read) {
  EXPECT_THAT(error_of({kUrl, "--ca", "no/such/roots.pem"}), HasSubstr("--ca: 'no/such/roots.pem' cannot be read"));
}

TEST(Options, print_help_and_version) {
  EXPECT_EQ(std::get<Printed>(*parse({"--version"})).text, "1.2.3\n");
  const auto help = std::get<Printed>(*parse({"--help"})).text;
  for (const auto* option : {"--profile",    "--era",           "--revision",       "--header",
                             "--header-env", "--bearer-env",    "--api-key-env",    "--api-key-header",
                             "--checks",     "--level",         "--strict",         "--baseline",
                             "--tools-lock", "--accept",        "--tools-gate",     "--budget",
                             "--timeout",    "--hold",          "--across-deploy",  "--report",
                             "--list",       "--explain",       "--call-read-only", "--ca",
                             "--insecure",   "--quiet",         "--verbose",        "--json",
                             "--color",      "--version",       "--checkset",       "--watch",
                             "--metrics",    "--metrics-public"}) {
    EXPECT_THAT(help, HasSubstr(option));
  }
}

TEST(Options, name_the_nearest_of_a_wrong_word) {
  EXPECT_THAT(error_of({kUrl, "--stric"}), HasSubstr("--strict"));
  EXPECT_THAT(error_of({kUrl, "--reprot=json=x"}), HasSubstr("did you mean '--report'"));
  EXPECT_THAT(error_of({kUrl, "--era", "streamabel"}), HasSubstr("did you mean 'streamable'"));
  EXPECT_THAT(error_of({kUrl, "--revision", "2025-11-24"}), HasSubstr("did you mean '2025-11-25'"));
  EXPECT_THAT(error_of({kUrl, "--checks", "jsonrpc.id.echo"}), HasSubstr("did you mean 'jsonrpc.id.echoed'"));
  EXPECT_THAT(error_of({kUrl, "http://second/"}), HasSubstr("one URL"));
}

TEST(Options, ask_no_more_than_a_set_of_checks) {
  EXPECT_THAT(error_of({kUrl, "--checkset", "1999.1"}),
              HasSubstr("--checkset: there is no set of checks '1999.1'; there"));
  Options options;
  options.checkset = "2026.1";
  options.checks = {"jsonrpc.id.*"};
  EXPECT_THAT(selected_ids(options).value(), ::testing::Contains("jsonrpc.id.echoed"));
  options.checks = {"zz.new.*"};
  EXPECT_THAT(selected_ids(options).error().detail, HasSubstr("--checks: no check matches 'zz.new.*'"));
}

TEST(Options, refuse_values_out_of_range) {
  EXPECT_THAT(error_of({kUrl, "--budget", "0"}), HasSubstr("--budget must be between"));
  EXPECT_THAT(error_of({kUrl, "--budget", "nan"}), HasSubstr("--budget"));
  EXPECT_THAT(error_of({kUrl, "--budget", "soon"}), HasSubstr("--budget"));
  EXPECT_THAT(error_of({kUrl, "--timeout", "-1"}), HasSubstr("--timeout"));
  EXPECT_THAT(error_of({kUrl, "--level", "maybe"}), HasSubstr("--level is must, should or may"));
  EXPECT_THAT(error_of({kUrl, "--tools-lock", "x", "--tools-gate", "any"}), HasSubstr("--tools-gate"));
  EXPECT_THAT(error_of({kUrl, "--accept"}), HasSubstr("--tools-lock"));
  EXPECT_THAT(error_of({kUrl, "--era", "stateless", "--revision", "2025-06-18"}), HasSubstr("has no revision"));
  EXPECT_THAT(error_of({"mcp.example.com/mcp"}), HasSubstr("mcp.example.com"));
}

TEST(Options, select_checks_by_globs) {
  const auto made = plan({"--checks", "jsonrpc.*", "--checks", "!jsonrpc.id.*", "--checks", "tools.list.shape", kUrl});
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_THAT(made->checks, ::testing::Contains("tools.list.shape"));
  EXPECT_THAT(made->checks, ::testing::Not(::testing::Contains("jsonrpc.id.echoed")));
  EXPECT_EQ(made->url.str(), kUrl);
}

TEST(Options, choose_an_environment_of_the_profile_alone) {
  EXPECT_THAT(error_of({kUrl, "--env", "local"}), HasSubstr("--env chooses within a profile"));
  const auto profile = std::filesystem::path(::testing::TempDir()) / fmt::format("weir-options-{}.yaml", ::getpid());
  std::ofstream(profile) << "url: http://a.example/mcp\nendpoints: [{name: b, url: /b}]\n"
                            "environments: {local: {bearer: '${TOKEN}'}}\n";
  const auto name = profile.string();
  const auto made = plan({"--profile", name.c_str(), "--env", "local"});
  const auto wrong = error_of({"--profile", name.c_str(), "--env", "locl"});
  const auto locked = error_of({"--profile", name.c_str(), "--tools-lock", "lock.json"});
  std::filesystem::remove(profile);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->profile.bearer, "token-value");
  EXPECT_THAT(wrong, HasSubstr("did you mean 'local'?"));
  EXPECT_THAT(locked, HasSubstr("run each URL with a lock of its own"));
}

TEST(Options, ask_in_older_revisions_what_differs_unless_one_is_named_or_all_are) {
  const auto usual = plan({kUrl});
  const auto one = plan({kUrl, "--revision", "2025-06-18"});
  const auto all = plan({kUrl, "--revision", "all"});
  ASSERT_TRUE(usual && one && all);
  EXPECT_EQ(usual->older, Older::differing);
  EXPECT_EQ(one->older, Older::nothing);
  EXPECT_EQ(one->profile.revision, "2025-06-18");
  EXPECT_EQ(all->older, Older::everything);
  EXPECT_EQ(all->profile.revision, std::nullopt);
}

TEST(Options, take_credentials_from_the_environment) {
  const auto made = plan({kUrl, "--bearer-env", "TOKEN", "--api-key-env", "KEY", "--api-key-header", "X-Key",
                          "--header-env", "X-Extra: TOKEN", "--header", "X-Plain: a: b"});
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->profile.bearer, "token-value");
  EXPECT_EQ(made->profile.api_key->header, "X-Key");
  EXPECT_EQ(made->profile.api_key->value, "key-value");
  EXPECT_EQ(made->profile.headers.get("x-extra"), "token-value");
  EXPECT_EQ(made->profile.headers.get("x-plain"), "a: b");
  EXPECT_THAT(made->profile.secrets, ::testing::Contains("token-value"));
}

TEST(Options, name_a_variable_that_is_missing_and_repeat_no_secret) {
  EXPECT_THAT(error_of({kUrl, "--bearer-env", "NOPE"}), HasSubstr("NOPE is not set"));
  EXPECT_THAT(error_of({kUrl, "--api-key-env", "EMPTY"}), HasSubstr("EMPTY is empty"));
  EXPECT_EQ(error_of({kUrl, "--header", "s3cret"}).find("s3cret"), std::string::npos);
  EXPECT_EQ(error_of({"http://user:s3cret@host/"}).find("s3cret"), std::string::npos);
  EXPECT_THAT(error_of({kUrl, "--header", "A: b\r\nC: d"}), HasSubstr("line break"));
}

}  // namespace weir::conformance
