#include "wire/target/profile.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "wire/base/limits.hpp"

namespace weir::wire {
namespace {

std::optional<std::string> environment(const std::string& name) {
  static const std::map<std::string, std::string> kVariables = {{"TOKEN", "s3cret-token"},
                                                                {"KEY", "k3y"},
                                                                {"HOST", "mcp.example.com"},
                                                                {"EMPTY", ""},
                                                                {"SECONDS_", "45"},
                                                                {"YES", "true"},
                                                                {"NEWLINE", "abc\n"},
                                                                {"YAML", "a\nbearer: injected"},
                                                                {"BIG", std::string(60'000, 'x')},
                                                                {"WHOLE", "https://h/mcp?v=1&code=abc-DEF&s=%2Bq9x"}};
  const auto found = kVariables.find(name);
  return found == kVariables.end() ? std::nullopt : std::optional(found->second);
}

Result<Profile> parse(std::string_view yaml) { return parse_profile(yaml, "target.yaml", environment); }

Profile good(std::string_view yaml) {
  const auto profile = parse(yaml);
  EXPECT_TRUE(profile) << (profile ? "" : profile.error().detail);
  return profile ? *profile : Profile();
}

std::string complaint(std::string_view yaml) {
  const auto profile = parse(yaml);
  if (profile) { return "no complaint"; }
  EXPECT_EQ(profile.error().code, ErrorCode::bad_input);
  EXPECT_EQ(profile.error().detail.find('\n'), std::string::npos);
  EXPECT_LT(profile.error().detail.size(), 400U);
  return profile.error().detail;
}

constexpr std::string_view kUrl = "url: https://mcp.example.com/mcp\n";
std::string with_url(std::string_view rest) { return std::string(kUrl) + std::string(rest); }

TEST(Profile, needs_nothing_but_the_url) {
  const Profile profile = good(kUrl);
  EXPECT_EQ(profile.url, "https://mcp.example.com/mcp");
  EXPECT_FALSE(profile.era);
  EXPECT_TRUE(profile.secrets.empty());
  EXPECT_TRUE(profile.all_headers().fields().empty());
  EXPECT_EQ(complaint("name: x"), "target.yaml:1: 'url' is missing");
  EXPECT_EQ(complaint(""), "target.yaml: 'url' is missing");
  EXPECT_EQ(complaint("# nothing but a comment\n"), "target.yaml: 'url' is missing");
}

TEST(Profile, reads_the_documented_example_with_every_key) {
  ::setenv("WEIR_EXAMPLE_TOKEN", "example-token", 1);
  ::setenv("WEIR_EXAMPLE_API_KEY", "example-key", 1);
  const auto profile = load_profile(WEIR_SOURCE_DIR "/fixtures/profiles/example.yaml");
  ASSERT_TRUE(profile) << profile.error().detail;
  EXPECT_EQ(profile->name, "payments-staging");
  EXPECT_EQ(profile->era, mcp::Era::streamable);
  EXPECT_EQ(profile->revision, "2025-11-25");
  EXPECT_EQ(profile->headers.get("x-tenant"), "blue");
  EXPECT_EQ(profile->bearer, "example-token");
  ASSERT_TRUE(profile->api_key);
  EXPECT_EQ(profile->api_key->value, "example-key");
  ASSERT_EQ(profile->health.size(), 2U);
  EXPECT_EQ(profile->health[0].path, "/health");
  EXPECT_EQ(profile->health[1].json_subset, json::parse(R"({"status":"ok"})"));
  EXPECT_EQ(profile->health[1].max_latency_ms, 500);
  ASSERT_EQ(profile->safe_tools.size(), 2U);
  EXPECT_EQ(json::value(profile->safe_tools[1].arguments), json::parse(R"({"query":"weir","limit":3})"));
  EXPECT_TRUE(profile->call_read_only);
  ASSERT_EQ(profile->expected_tools.size(), 2U);
  EXPECT_EQ(profile->expected_tools[0].name, "ping");
  EXPECT_FALSE(profile->expected_tools[0].input_schema);
  EXPECT_EQ(profile->expected_tools[1].name, "search");
  EXPECT_EQ(profile->expected_tools[1].input_schema->at("required"), json::parse(R"(["query"])"));
  EXPECT_TRUE(profile->expected_tools[1].output_schema);
  EXPECT_TRUE(profile->only_expected_tools);
  EXPECT_EQ(profile->front_door.size(), 2U);
  ASSERT_EQ(profile->endpoints.size(), 1U);
  EXPECT_EQ(profile->endpoints[0].name, "admin");
  EXPECT_EQ(profile->endpoints[0].era, mcp::Era::streamable);
  EXPECT_EQ(profile->edge, "alb");
  EXPECT_EQ(profile->idle_budget_seconds, 60);
  ASSERT_TRUE(profile->deploy);
  EXPECT_EQ(profile->deploy->drain_s, 30);
  EXPECT_EQ(profile->deploy->recovery_s, 10);
  EXPECT_EQ(profile->deploy->lost_calls, 0);
  ASSERT_TRUE(profile->load_allowed);
  EXPECT_EQ(profile->load_allowed->hosts, std::vector<std::string>{"mcp.example.com"});
  EXPECT_EQ(profile->load_allowed->streams, 5000);
  EXPECT_EQ(profile->load_allowed->opens_per_second, 500);
  EXPECT_EQ(profile->load_allowed->calls_per_second, 200);
  EXPECT_EQ(profile->ca_file, WEIR_SOURCE_DIR "/fixtures/profiles/example-ca.pem");
  EXPECT_FALSE(profile->insecure);
  EXPECT_EQ(profile->secrets, (std::vector<std::string>{"example-token", "example-key"}));
}

TEST(Profile, replaces_variables_and_keeps_them_secret) {
  const Profile profile = good("url: https://${HOST}/mcp\nheaders: {X-A: 'a ${TOKEN} b ${KEY}'}\nname: $${TOKEN}-$5");
  EXPECT_EQ(profile.url, "https://mcp.example.com/mcp");
  EXPECT_EQ(profile.headers.get("X-A"), "a s3cret-token b k3y");
  EXPECT_EQ(profile.name, "${TOKEN}-$5");
  EXPECT_EQ(profile.secrets, (std::vector<std::string>{"s3cret-token", "k3y"}));
}

TEST(Profile, keeps_what_the_environment_says_of_a_query_secret_by_any_name) {
  EXPECT_EQ(good("url: ${WHOLE}").secrets, (std::vector<std::string>{"abc-DEF", "%2Bq9x", "+q9x"}));
  EXPECT_TRUE(good("url: https://${HOST}/mcp?flavour=plain").secrets.empty());
}

TEST(Profile, makes_no_secret_of_numbers_and_switches) {
  const Profile profile = good(with_url("idle_budget: ${SECONDS_}\ncall_read_only: ${YES}\n"));
  EXPECT_EQ(profile.idle_budget_seconds, 45);
  EXPECT_TRUE(profile.call_read_only);
  EXPECT_TRUE(profile.secrets.empty());
}

TEST(Profile, keeps_variables_from_becoming_yaml) {
  const Profile profile = good(with_url("name: ${YAML}\n"));
  EXPECT_EQ(profile.name, "a\nbearer: injected");
  EXPECT_EQ(profile.bearer, "");
}

TEST(Profile, keeps_credentials_in_the_file_secret_too) {
  EXPECT_EQ(good(with_url("bearer: written-here")).secrets, std::vector<std::string>{"written-here"});
  EXPECT_EQ(good(with_url("api_key: {value: abc}")).secrets, std::vector<std::string>{"abc"});
  EXPECT_EQ(good(with_url("headers: {authorization: Basic dXNlcg==}")).secrets, std::vector<std::string>{"dXNlcg=="});
  EXPECT_EQ(good(with_url("headers: {Cookie: sid=1}")).secrets, std::vector<std::string>{"sid=1"});
  EXPECT_EQ(good("url: https://user:pass-word@mcp.example.com/").secrets, std::vector<std::string>{"pass-word"});
}

TEST(Profile, adds_the_credentials_to_the_headers) {
  const Profile profile = good(with_url("headers: {X-Tenant: blue}\nbearer: abcd\napi_key: {header: X-Key, value: v}"));
  const Headers all = profile.all_headers();
  EXPECT_EQ(all.get("authorization"), "Bearer abcd");
  EXPECT_EQ(all.get("x-key"), "v");
  EXPECT_EQ(all.get("x-tenant"), "blue");
}

TEST(Profile, names_the_nearest_valid_key) {
  EXPECT_EQ(complaint(with_url("\nsage_tools: [a]")),
            "target.yaml:3: unknown key 'sage_tools', did you mean 'safe_tools'?");
  EXPECT_EQ(complaint(with_url("api_key:\n  headr: X\n")),
            "target.yaml:3: unknown key 'headr' in 'api_key', did you mean 'header'?");
  EXPECT_EQ(complaint(with_url("tls: {colour: red}")),
            "target.yaml:2: unknown key 'colour' in 'tls' (there are ca_file, insecure)");
}

TEST(Profile, says_what_kind_a_value_must_be) {
  EXPECT_EQ(complaint(with_url("name: a\nera: streamable\nidle_budget: soon")),
            "target.yaml:4: 'idle_budget' must be a number of seconds, is 'soon'");
  EXPECT_EQ(complaint(with_url("idle_budget: 0")),
            "target.yaml:2: 'idle_budget' must be a number of seconds from 0.001 to 86400, is 0");
  EXPECT_EQ(complaint(with_url("call_read_only: yes")),
            "target.yaml:2: 'call_read_only' must be true or false, is 'yes'");
  EXPECT_EQ(complaint(with_url("name: [a]")), "target.yaml:2: 'name' must be a string, is a list");
  EXPECT_EQ(complaint(with_url("bearer:")), "target.yaml:2: 'bearer' must be a string, is empty");
  EXPECT_EQ(complaint(with_url("headers: [a]")), "target.yaml:2: 'headers' must be a map, is a list");
  EXPECT_EQ(complaint(with_url("health: /health")), "target.yaml:2: 'health' must be a list, is '/health'");
  EXPECT_EQ(complaint(with_url("safe_tools:\n- name: a\n  arguments: 3")),
            "target.yaml:4: 'safe_tools[0].arguments' must be a map, is '3'");
  EXPECT_EQ(complaint("- url"), "target.yaml:1: a profile must be a map, is a list");
  EXPECT_EQ(complaint(with_url("? [a]\n: b")), "target.yaml:2: a key of a profile must be a string, is a list");
}

TEST(Profile, says_what_values_there_are) {
  EXPECT_EQ(complaint(with_url("era: streamble")),
            "target.yaml:2: 'era' must be one of none, http-sse, streamable, stateless, is 'streamble', did you mean "
            "'streamable'?");
  EXPECT_EQ(complaint(with_url("revision: 2025-11-24")),
            "target.yaml:2: 'revision' must be one of 2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25, 2026-07-28, is "
            "'2025-11-24'");
  EXPECT_EQ(complaint(with_url("health: [{path: ready}]")),
            "target.yaml:2: 'health[0].path' must be a path that begins with '/', or a URL, is 'ready'");
  EXPECT_NE(complaint("url: mcp.example.com").find("target.yaml:1: 'url': "), std::string::npos);
}

TEST(Profile, refuses_the_same_thing_twice) {
  EXPECT_EQ(complaint(with_url("name: a\nname: b")), "target.yaml:3: key 'name' stands twice");
  EXPECT_EQ(complaint(with_url("headers:\n  X-A: a\n  x-a: b")), "target.yaml:4: header 'x-a' is given twice");
  EXPECT_EQ(complaint(with_url("safe_tools: [{name: a, arguments: {b: 1, b: 2}}]")),
            "target.yaml:2: key 'b' stands twice");
  EXPECT_EQ(complaint(with_url("bearer: abcd\nheaders: {Authorization: x}")),
            "target.yaml:1: 'bearer' and 'headers.Authorization' both name a credential: keep one of them");
  EXPECT_EQ(complaint("url: http://a/\n---\nurl: http://b/"),
            "target.yaml:3: a profile is one YAML document, this is a second one");
}

TEST(Profile, names_the_variable_that_is_missing) {
  EXPECT_EQ(complaint(with_url("bearer: ${NO_SUCH}")),
            "target.yaml:2: 'bearer' needs the environment variable NO_SUCH, which is not set");
  EXPECT_EQ(complaint(with_url("api_key: {value: 'x${EMPTY}'}")),
            "target.yaml:2: 'api_key.value' needs the environment variable EMPTY, which is empty");
  EXPECT_EQ(complaint(with_url("name: a${B-C}")),
            "target.yaml:2: 'name': '${B-C}' names no environment variable; '$${' stands for a literal '${'");
  EXPECT_EQ(complaint(with_url("name: a${TOKEN")),
            "target.yaml:2: 'name' has a '${' without '}'; '$${' stands for a literal '${'");
}

TEST(Profile, refuses_header_values_that_cannot_be_sent_without_showing_them) {
  const std::string said = complaint(with_url("bearer: ${NEWLINE}"));
  EXPECT_EQ(said, "target.yaml:2: 'bearer' holds a control character, perhaps a newline at its end");
  EXPECT_NE(complaint(with_url("headers: {'X A': b}")).find("is no header field name"), std::string::npos);
}

TEST(Profile, reads_arguments_as_yaml_1_2_means_them) {
  const Profile profile =
      good(with_url("safe_tools:\n- name: t\n  arguments: {a: 1, b: '1', c: 1.5, d: true, e: ~, "
                    "f: [x, -2, 1e3], g: 2025-11-25, h: '${KEY}', i: !!str 4, j: 18446744073709551615}"));
  ASSERT_EQ(profile.safe_tools.size(), 1U);
  EXPECT_EQ(json::value(profile.safe_tools[0].arguments),
            json::parse(R"({"a":1,"b":"1","c":1.5,"d":true,"e":null,"f":["x",-2,1000.0],"g":"2025-11-25","h":"k3y",
                            "i":"4","j":18446744073709551615})"));
}

TEST(Profile, lets_aliases_stand_for_what_they_name) {
  const Profile profile = good(with_url("safe_tools:\n- {name: a, arguments: &x {n: 1}}\n- {name: b, arguments: *x}"));
  ASSERT_EQ(profile.safe_tools.size(), 2U);
  EXPECT_EQ(profile.safe_tools[1].arguments, profile.safe_tools[0].arguments);
}

TEST(Profile, survives_aliases_that_double_or_hold_themselves) {
  std::string bomb = with_url("safe_tools:\n- name: t\n  arguments:\n    a0: &a0 [x, x]\n");
  for (int i = 1; i < 60; ++i) { bomb += fmt::format("    a{}: &a{} [*a{}, *a{}]\n", i, i, i - 1, i - 1); }
  EXPECT_NE(complaint(bomb).find("grows beyond"), std::string::npos);
  EXPECT_NE(complaint(with_url("safe_tools:\n- {name: t, arguments: &a {b: *a}}")).find("nested deeper"),
            std::string::npos);
  std::string variables = with_url("expected_tools:\n");
  for (int i = 0; i < 200; ++i) { variables += "- ${BIG}\n"; }
  EXPECT_NE(complaint(variables).find("grows beyond"), std::string::npos);
}

TEST(Profile, survives_what_is_no_profile) {
  EXPECT_NE(complaint("a: b: c").find("target.yaml:1: not YAML: "), std::string::npos);
  EXPECT_NE(complaint(std::string(100'000, '[')).find("nested too deep"), std::string::npos);
  EXPECT_NE(complaint(with_url("x: *nowhere")).find("not YAML"), std::string::npos);
  EXPECT_NE(complaint(std::string(limits::kProfileBytes + 1, '#')).find("is larger than 1048576 bytes"),
            std::string::npos);
  std::string every_byte;
  for (int i = 0; i < 256; ++i) { every_byte += static_cast<char>(i); }
  EXPECT_NE(complaint(every_byte), "no complaint");
  const std::string example =
      with_url("headers: {A: 'b', C: \"\\x41\"}\nhealth:\n- {path: /h, status: 204}\n- &a /r\n");
  for (std::size_t cut = 0; cut < example.size(); ++cut) {
    (void)parse(example.substr(0, cut));
    std::string changed = example;
    changed[cut] = static_cast<char>(cut * 37);
    (void)parse(changed);
  }
}

TEST(Profile, names_the_file_that_cannot_be_read) {
  const auto missing = load_profile("/nonexistent/target.yaml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().detail, "/nonexistent/target.yaml: cannot be opened: No such file or directory");
  const auto directory = load_profile(WEIR_SOURCE_DIR);
  ASSERT_FALSE(directory);
  EXPECT_NE(directory.error().detail.find("Is a directory"), std::string::npos);
  const auto endless = load_profile("/dev/zero");
  ASSERT_FALSE(endless);
  EXPECT_NE(endless.error().detail.find("is larger than"), std::string::npos);
}

}  // namespace
}  // namespace weir::wire
