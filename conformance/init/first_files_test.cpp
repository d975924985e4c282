#include "conformance/init/first_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/run/baseline.hpp"

namespace weir::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::optional<std::string> variables(const std::string& name) {
  if (name == "TOKEN") { return "token-of-the-environment"; }
  if (name == "KEY") { return "key-of-the-environment"; }
  return std::nullopt;
}

wire::Profile parsed(const std::string& text) {
  const auto profile = wire::parse_profile(text, "profile.yaml", variables);
  EXPECT_TRUE(profile) << (profile ? "" : profile.error().detail) << "\n" << text;
  return profile ? *profile : wire::Profile();
}

Survey surveyed(std::vector<json::value> tools) {
  Survey survey;
  survey.era = Era::streamable;
  survey.revision = "2025-11-25";
  survey.tools = std::move(tools);
  return survey;
}

json::value tool(std::string_view name, bool reads = false) {
  return {{"name", name}, {"annotations", {{"readOnlyHint", reads}}}};
}

const FirstProfile kPlain = {.name = "here", .url = "http://127.0.0.1:9/mcp"};

TEST(FirstProfile, says_what_was_seen_and_is_read_back) {
  FirstLook look;
  look.surveys = {surveyed({tool("search", true), tool("write")})};
  look.health = {"/health", "/ready"};
  look.edge = "alb";
  look.hop = "ALB idle_timeout.timeout_seconds (60 s by default)";
  const auto text = first_profile(kPlain, look);
  const auto profile = parsed(text);
  EXPECT_EQ(profile.name, "here");
  EXPECT_EQ(profile.url, "http://127.0.0.1:9/mcp");
  EXPECT_EQ(profile.edge, "alb");
  ASSERT_EQ(profile.health.size(), 2U);
  EXPECT_EQ(profile.health[1].path, "/ready");
  ASSERT_EQ(profile.expected_tools.size(), 2U);
  EXPECT_EQ(profile.expected_tools[0].name, "search");
  EXPECT_FALSE(profile.call_read_only);
  EXPECT_TRUE(profile.safe_tools.empty()) << "which tools may be called is for people to say";
  EXPECT_THAT(text, HasSubstr("# safe_tools: [\"search\"]"));
  EXPECT_THAT(text, HasSubstr("seen: streamable 2025-11-25"));
}

TEST(FirstProfile, needs_nothing_that_was_not_seen) {
  const auto profile = parsed(first_profile(kPlain, {}));
  EXPECT_FALSE(profile.edge);
  EXPECT_TRUE(profile.health.empty());
  EXPECT_TRUE(profile.expected_tools.empty());
}

TEST(FirstProfile, has_credentials_by_their_variables) {
  auto given = kPlain;
  given.bearer = "TOKEN";
  given.api_key = "KEY";
  given.api_key_header = "X-Key";
  given.headers = {{"X-Other", "KEY"}};
  given.ca_file = "/etc/roots.pem";
  given.insecure = true;
  const auto text = first_profile(given, {});
  EXPECT_THAT(text, Not(HasSubstr("of-the-environment")));
  const auto profile = parsed(text);
  EXPECT_EQ(profile.bearer, "token-of-the-environment");
  EXPECT_EQ(profile.headers.get("x-other"), "key-of-the-environment");
  ASSERT_TRUE(profile.api_key);
  EXPECT_EQ(profile.api_key->header, "X-Key");
  EXPECT_EQ(profile.api_key->value, "key-of-the-environment");
  EXPECT_EQ(profile.ca_file, "/etc/roots.pem");
  EXPECT_TRUE(profile.insecure);
}

TEST(FirstProfile, lets_no_word_of_the_endpoint_become_a_key_or_a_variable) {
  const std::string names[] = {"a\nbearer: injected", "${TOKEN}",       "quote\" and \\", "# no comment", "- item",
                               "\u202etool",          "tool\U000E0041", "\U0001F600"};
  FirstLook look;
  std::vector<json::value> tools;
  for (const auto& name : names) { tools.push_back(tool(name, true)); }
  look.surveys = {surveyed(std::move(tools))};
  look.challenge = "401 Bearer\nbearer: injected";
  look.hop = "nginx\nbearer: injected";
  const auto profile = parsed(first_profile(kPlain, look));
  EXPECT_EQ(profile.bearer, "");
  EXPECT_TRUE(profile.secrets.empty());
  ASSERT_EQ(profile.expected_tools.size(), std::size(names));
  for (std::size_t i = 0; i < std::size(names); ++i) { EXPECT_EQ(profile.expected_tools[i].name, names[i]); }
}

TEST(FirstProfile, expects_the_tools_that_every_era_offers) {
  auto other = surveyed({tool("write"), tool("only-here"), tool("search")});
  auto lost = surveyed({});
  lost.open_error = wire::Error{wire::ErrorCode::closed, "no conversation"};
  EXPECT_THAT(tools_of_all({surveyed({tool("search", true), tool("write"), tool("search")}), other, lost}),
              ElementsAre("search", "write"));
  EXPECT_THAT(read_only_tools({surveyed({tool("search", true), tool("write")}), other}), ElementsAre("search"));
  EXPECT_TRUE(tools_of_all({lost}).empty());
}

reports::CheckResult result(std::string id, std::string era, reports::Verdict verdict) {
  reports::CheckResult out;
  out.id = std::move(id);
  out.era = std::move(era);
  out.verdict = verdict;
  out.title = "a title";
  out.expected = "what is due";
  out.got = "something\n- check: injected";
  return out;
}

TEST(FirstBaseline, excuses_what_fails_and_nothing_else) {
  using reports::Verdict;
  reports::Results results;
  results.checks = {result("jsonrpc.id.echoed", "stateless", Verdict::fail),
                    result("jsonrpc.id.echoed", "streamable", Verdict::fail),
                    result("jsonrpc.id.echoed", "streamable", Verdict::fail),
                    result("preflight.redirect.none", "", Verdict::fail),
                    result("ping.result.empty", "streamable", Verdict::warn),
                    result("ping.before.initialized", "streamable", Verdict::untestable)};
  const auto text = first_baseline(results);
  EXPECT_THAT(text, HasSubstr("#   expected what is due\n"));
  const auto baseline = parse_baseline(text, "baseline.yaml");
  ASSERT_TRUE(baseline) << baseline.error().detail;
  EXPECT_TRUE(baseline->problems.empty()) << baseline->problems.front();
  std::vector<std::string> entries;
  for (const auto& entry : baseline->entries) { entries.push_back(entry.check + " " + entry.era); }
  EXPECT_THAT(entries,
              ElementsAre("jsonrpc.id.echoed stateless", "jsonrpc.id.echoed streamable", "preflight.redirect.none "));
  EXPECT_TRUE(apply_baseline(*baseline, "2030-01-01", results.checks).empty());
}

TEST(FirstBaseline, is_one_without_entries_where_nothing_fails) {
  const auto baseline = parse_baseline(first_baseline({}), "baseline.yaml");
  ASSERT_TRUE(baseline) << baseline.error().detail;
  EXPECT_TRUE(baseline->entries.empty());
  EXPECT_TRUE(baseline->problems.empty());
}

}  // namespace
}  // namespace weir::conformance
