#include "conformance/probe/curl.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "conformance/probe/secrets.hpp"

namespace weir::conformance {

using testing::HasSubstr;
using testing::Not;

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

/// What a shell makes of a word.
std::string through_shell(const std::string& word) {
  std::FILE* shell = ::popen(("printf %s " + word).c_str(), "r");
  std::string out;
  std::array<char, 4096> buffer;
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), shell)) { out.append(buffer.data(), got); }
  ::pclose(shell);
  return out;
}

}  // namespace

TEST(ShellQuote, leaves_plain_words_alone) { EXPECT_EQ(shell_quote("https://a.b/c"), "https://a.b/c"); }

TEST(ShellQuote, survives_a_shell) {
  for (const std::string word :
       {"", "it's", "a b", "$HOME", "`id`", "\"x\"", "a\nb", "\\", "'", "''", "!x", "~", "*", "a;b&c|d", "#"}) {
    EXPECT_EQ(through_shell(shell_quote(word)), word);
  }
}

TEST(Curl, repeats_method_fields_body_and_url) {
  EXPECT_EQ(curl_command(post(R"({"id":"it's"})")),
            R"(curl -isS -N --max-time 10 -H 'Content-Type: application/json' --data-raw '{"id":"it'\''s"}' )"
            R"('https://mcp.example.com/mcp?a=1&b=2')");
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

TEST(Curl, opens_a_session_of_its_own_in_place_of_a_live_one) {
  auto request = post("{}");
  request.headers.set("Mcp-Session-Id", "0123");
  request.headers.set("MCP-Protocol-Version", "2025-11-25");
  const auto line = curl_command(request, false, "", true);
  EXPECT_THAT(line, testing::StartsWith("SESSION=$(curl "));
  EXPECT_THAT(line, HasSubstr("\"method\":\"initialize\""));
  EXPECT_THAT(line, HasSubstr("-H \"Mcp-Session-Id: $SESSION\""));
  EXPECT_THAT(line, testing::Not(HasSubstr("0123")));
  EXPECT_THAT(curl_command(request), HasSubstr("0123"));
}

TEST(Curl, says_so_when_certificates_are_not_verified) {
  EXPECT_THAT(curl_command(post(""), true), HasSubstr(" -k "));
  EXPECT_THAT(curl_command(post(""), false, "my ca.pem"), HasSubstr("--cacert 'my ca.pem'"));
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
              testing::UnorderedElementsAre("from-environment", "bearer-value", "key-value", "Basic dXNlcjpwYXNz",
                                            "dXNlcjpwYXNz"));
}

}  // namespace weir::conformance
