#include "conformance/probe/curl.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "conformance/probe/secrets.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance {

using ::testing::HasSubstr;
using ::testing::Not;

namespace {

wire::Request post(std::string body) {
  return {.method = "POST",
          .url = {.scheme = "https",
                  .host = "mcp.example.com",
                  .port = 443,
                  .path = "/mcp",
                  .query = "a=1&b=2",
                  .has_query = true},
          .headers = {{"Content-Type", "application/json"}, {"Content-Length", "3"}},
          .body = std::move(body)};
}

std::string said_by_shell(const std::string& command) {
  std::FILE* shell = ::popen(command.c_str(), "r");
  std::string out;
  std::array<char, 4096> buffer;
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), shell)) { out.append(buffer.data(), got); }
  ::pclose(shell);
  return out;
}

/// What a shell makes of a word.
std::string through_shell(const std::string& word) { return said_by_shell("printf %s " + word); }

/// The body that curl would be given by this command.
std::string body_by_shell(const std::string& command) {
  return said_by_shell(
      "curl() { L=; for A; do if [ \"$L\" = --data-raw ]; then printf %s \"$A\"; fi; "
      "if [ \"$L $A\" = '--data-binary @-' ]; then cat; fi; L=$A; done; }; " +
      command);
}

std::string times(std::string_view text, std::size_t count) {
  std::string out;
  while (count-- > 0) { out += text; }
  return out;
}

}  // namespace

TEST(ShellQuote, leaves_plain_words_alone) { EXPECT_EQ(shell_quote("https://a.b/c"), "https://a.b/c"); }

TEST(ShellQuote, says_what_a_ci_service_would_obey_without_its_signs) {
  for (const std::string word : {"##[error]x", "a ##vso[task.x y=z]'b", "::error file=a::b", "-##teamcity[", "%##[%"}) {
    const std::string quoted = shell_quote(word);
    EXPECT_EQ(wire::printable(quoted), quoted) << "what stands in a report is what can be run";
    EXPECT_EQ(through_shell(quoted), word) << quoted;
  }
}

TEST(ShellQuote, survives_a_shell) {
  for (const std::string word : {"",
                                 "it's",
                                 "a b",
                                 "$HOME",
                                 "`id`",
                                 "\"x\"",
                                 "a\nb",
                                 "\\",
                                 "'",
                                 "''",
                                 "!x",
                                 "~",
                                 "*",
                                 "a;b&c|d",
                                 "#",
                                 "%s%n\\n",
                                 "-n",
                                 "\x1b]0;owned\a",
                                 "\r\n\tx'\x1b[2K'",
                                 "-\x1b",
                                 "100%\x7f\\",
                                 "\xff\xfe'$(id)",
                                 "caf\xc3\xa9",
                                 "\xe2\x80\xae"
                                 "desrever",
                                 "\xc2\x9b"
                                 "31m"}) {
    EXPECT_EQ(through_shell(shell_quote(word)), word);
    EXPECT_EQ(wire::printable(shell_quote(word)), shell_quote(word)) << "a report would change it";
  }
}

TEST(Curl, repeats_method_fields_body_and_url) {
  EXPECT_EQ(
      curl_command(post(R"({"id":"it's"})")),
      R"(curl -isS -N --max-time 10 -H Accept: -H 'Content-Type: application/json' --data-raw '{"id":"it'\''s"}' )"
      R"('https://mcp.example.com/mcp?a=1&b=2')");
}

TEST(Curl, repeats_any_body_byte_for_byte) {
  const std::string bytes("\0\x01\x1b[31m\xff%d\\'\n\n", 14);
  for (const std::string& body :
       {std::string("{}"), std::string("@/etc/passwd"), std::string("it's\n"), bytes, bytes + std::string(9000, 'x'),
        "{\"a\":\"" + std::string(300'000, 'x') + "\"}", "[" + times("[0,'],", 5000) + "]\n",
        std::string(5000, '\n') + "{}", times("\xc3\xa9", 4000), std::string(4000, '{') + std::string(4000, '}'),
        std::string(10'000, '\0')}) {
    const std::string line = curl_command(post(body));
    EXPECT_LT(line.size(), 5000U);
    EXPECT_EQ(wire::printable(line), line);
    EXPECT_TRUE(body_by_shell(line) == body) << line;
  }
}

TEST(Curl, says_so_where_a_body_is_too_long_to_be_told) {
  std::string body;
  for (int i = 0; i < 3000; ++i) { body += std::to_string(i * 7919 % 10007); }
  for (const std::string& long_body : {body, std::string(9000, '-')}) {
    const std::string line = curl_command(post(long_body));
    EXPECT_THAT(line, HasSubstr(fmt::format("  # the body is cut, it had {} bytes", long_body.size())));
    EXPECT_TRUE(body_by_shell(line) == long_body.substr(0, 4000)) << line;
  }
}

TEST(Curl, lets_curl_add_nothing_of_its_own) {
  wire::Request bare = post("{}");
  bare.headers = {{"Host", "mcp.example.com"}};
  EXPECT_EQ(curl_command(bare),
            "curl -isS -N --max-time 10 -H Accept: -H Content-Type: --data-raw '{}' "
            "'https://mcp.example.com/mcp?a=1&b=2'");
  bare.headers.set("Host", "evil.example");
  EXPECT_THAT(curl_command(bare), HasSubstr("-H 'Host: evil.example'"));
  bare.url.path = "/a/../{b}";
  EXPECT_THAT(curl_command(bare), HasSubstr(" --path-as-is -g "));
}

TEST(Curl, shows_the_credentials_that_were_made_up) {
  wire::Request request = post("{}");
  request.headers.add("Authorization", "Bearer weir-invalid-token");
  request.headers.add("X-API-Key", "weir-wrong-key");
  const auto line = curl_command(request);
  EXPECT_THAT(line, HasSubstr("-H 'Authorization: Bearer weir-invalid-token'"));
  EXPECT_THAT(line, HasSubstr("-H 'X-API-Key: weir-wrong-key'"));
}

TEST(Curl, puts_variables_where_credentials_were) {
  wire::Request request = post("{}");
  request.headers.add("Authorization", "Bearer s3cret-token");
  request.headers.add("X-API-Key", "k3y-value");
  request.headers.add("X-Other-Token", "t0ken");
  const auto line = curl_command(request);
  EXPECT_THAT(line, HasSubstr("-H \"Authorization: Bearer $WEIR_BEARER\""));
  EXPECT_THAT(line, HasSubstr("-H \"X-API-Key: $WEIR_API_KEY\""));
  EXPECT_THAT(line, HasSubstr("-H \"X-Other-Token: $WEIR_HEADER\""));
  for (const auto* secret : {"s3cret", "k3y-value", "t0ken"}) { EXPECT_THAT(line, Not(HasSubstr(secret))); }
}

TEST(Curl, opens_a_session_of_its_own_in_place_of_that_of_the_run) {
  auto request = post("{}");
  request.headers.set("Mcp-Session-Id", "0123");
  request.headers.set("MCP-Protocol-Version", "1999-01-01");
  request.headers.set("Authorization", "Bearer weir-wrong");
  CurlOptions options{.before = Before::session,
                      .url = request.url,
                      .revision = "2025-11-25",
                      .headers = {{"Authorization", "Bearer s3cret"}}};
  const auto line = curl_command(request, options);
  EXPECT_THAT(line, ::testing::StartsWith("SESSION=$(curl "));
  EXPECT_THAT(line,
              ::testing::ContainsRegex("\"method\":\"initialize\".*notifications/initialized.*--data-raw '\\{\\}'"));
  EXPECT_THAT(line, ::testing::ContainsRegex("Bearer \\$WEIR_BEARER.*Bearer \\$WEIR_BEARER.*Bearer weir-wrong"));
  EXPECT_THAT(line, ::testing::ContainsRegex("MCP-Protocol-Version: 2025-11-25.*MCP-Protocol-Version: 1999-01-01"));
  EXPECT_THAT(line, HasSubstr("-H \"Mcp-Session-Id: $SESSION\""));
  EXPECT_THAT(line, Not(::testing::AnyOf(HasSubstr("0123"), HasSubstr("s3cret"), HasSubstr("-X DELETE"))));
  options.before = Before::ended_session;
  EXPECT_THAT(curl_command(request, options), HasSubstr("-X DELETE"));
  EXPECT_THAT(curl_command(request), HasSubstr("0123"));
}

TEST(Curl, asks_on_a_stream_that_it_opens_under_the_same_origin_alone) {
  wire::Request request = post(R"({"id":"it's","method":"ping"})");
  request.url.path = "/messages/of/the/run";
  const auto line = curl_command(request, {.before = Before::stream, .url = post("").url});
  EXPECT_THAT(line, ::testing::ContainsRegex("text/event-stream.*initialize.*notifications/initialized.*ping.*cat"));
  EXPECT_THAT(line, Not(HasSubstr("of/the/run")));
  // What the line would ask, wherever the endpoint event points.
  const auto asked = [&](const std::string& event) {
    return said_by_shell(
        "sleep() { :; }; kill() { :; }; curl() { L=; for A; do L=$A; done; case \"$*\" in *'Accept: "
        "text/event-stream'*) printf 'event: endpoint\\ndata: %s\\n\\n' " +
        shell_quote(event) + ";; *ping*) printf '<%s>' \"$L\";; esac; }; " + line);
  };
  for (const auto& [event, url] :
       {std::pair{"/m?s=1", "https://mcp.example.com/m?s=1"}, std::pair{"m?s=1", "https://mcp.example.com/m?s=1"},
        std::pair{"https://mcp.example.com/m", "https://mcp.example.com/m"},
        std::pair{"https://evil.example/m", "https://mcp.example.com/https://evil.example/m"},
        std::pair{"//evil.example/m", "https://mcp.example.com//evil.example/m"},
        std::pair{"@evil.example/m", "https://mcp.example.com/@evil.example/m"},
        std::pair{"https://mcp.example.com.evil.example/m",
                  "https://mcp.example.com/https://mcp.example.com.evil.example/m"},
        std::pair{"/$(id)`id`\"'", "https://mcp.example.com/$(id)`id`\"'"}}) {
    EXPECT_THAT(asked(event), HasSubstr(fmt::format("<{}>", url)));
  }
}

TEST(Curl, says_so_when_certificates_are_not_verified) {
  EXPECT_THAT(curl_command(post(""), {.insecure = true}), HasSubstr(" -k "));
  EXPECT_THAT(curl_command(post(""), {.ca_file = "my ca.pem"}), HasSubstr("--cacert 'my ca.pem'"));
}

TEST(Curl, keeps_empty_fields_and_odd_methods) {
  wire::Request request{.method = "GET", .url = post("").url, .headers = {{"Mcp-Session-Id", ""}}};
  EXPECT_THAT(curl_command(request), HasSubstr("-H 'Mcp-Session-Id;'"));
  EXPECT_THAT(curl_command(request), Not(HasSubstr("-X")));
  request.method = "DELETE";
  EXPECT_THAT(curl_command(request), HasSubstr("-X DELETE"));
}

TEST(Secrets, are_taken_from_profile_and_headers) {
  wire::Profile profile;
  profile.bearer = "bearer-value";
  profile.api_key = wire::ApiKey{.value = "key-value"};
  profile.secrets = {"from-environment"};
  EXPECT_THAT(secrets_of(profile, {{"authorization", "Basic dXNlcjpwYXNz"}, {"Accept", "text/plain"}}),
              ::testing::UnorderedElementsAre("from-environment", "bearer-value", "key-value", "Basic dXNlcjpwYXNz",
                                              "dXNlcjpwYXNz"));
}

}  // namespace weir::conformance
