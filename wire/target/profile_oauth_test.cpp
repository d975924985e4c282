// What a profile says of tokens.
#include <gtest/gtest.h>

#include <algorithm>

#include "wire/target/profile.hpp"

namespace weir::wire {
namespace {

constexpr std::string_view kProfile = R"(
url: https://mcp.example.com/mcp
oauth:
  token_url: https://auth.example.com/token
  client_id: weir
  client_secret: ${SECRET}
  scope: read write
  other_audience: {client_id: elsewhere, client_secret: "${OTHER}", audience: other, resource: "https://other/"}
  other_audience_token: ${FOREIGN}
  expired_token: ${OLD}
  limited: {scope: read}
  other_user: {client_id: mallory, client_secret: "${THEIRS}"}
  denied_tool: {name: deploy, arguments: {to: nowhere}}
)";

Result<Profile> parse_tokens(std::string_view yaml) {
  return parse_profile(yaml, "target.yaml", [](const std::string& name) { return "value-of-" + name; });
}

TEST(ProfileOAuth, reads_what_the_checks_of_tokens_ask_with) {
  const auto profile = parse_tokens(kProfile);
  ASSERT_TRUE(profile) << profile.error().detail;
  const auto& oauth = profile->oauth.value();
  EXPECT_EQ(oauth.other_audience->client_id, "elsewhere");
  EXPECT_EQ(oauth.other_audience->audience, "other");
  EXPECT_EQ(oauth.other_audience->resource, "https://other/");
  EXPECT_EQ(oauth.limited->scope, "read");
  EXPECT_EQ(oauth.other_user->client_id, "mallory");
  EXPECT_EQ(oauth.denied_tool->name, "deploy");
  EXPECT_EQ(oauth.denied_tool->arguments.at("to"), "nowhere");
  for (const char* secret :
       {"value-of-SECRET", "value-of-OTHER", "value-of-FOREIGN", "value-of-OLD", "value-of-THEIRS"}) {
    EXPECT_EQ(std::count(profile->secrets.begin(), profile->secrets.end(), secret), 1) << secret;
  }
}

TEST(ProfileOAuth, names_what_is_wrong_with_its_keys) {
  const auto complaint = [](std::string_view more) {
    const auto profile = parse_tokens(fmt::format("{}  {}", kProfile, more));
    return profile ? "" : profile.error().detail;
  };
  EXPECT_EQ(complaint("limitd: {}"), "target.yaml:14: unknown key 'limitd' in 'oauth', did you mean 'limited'?");
  const auto none = parse_tokens(
      "url: https://a/\noauth: {token_url: 'https://a/', client_id: a, client_secret: b, denied_tool: {}}");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().detail.find("denied_tool"), std::string::npos) << none.error().detail;
}

}  // namespace
}  // namespace weir::wire
