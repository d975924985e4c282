#include "conformance/run/token_remark.hpp"

#include <gtest/gtest.h>

#include "wire/auth/jwt.hpp"

namespace weir::conformance {
namespace {

namespace json = wire::json;

std::string token(const wire::json::object& claims) {
  return wire::encode_jwt({{"alg", "RS256"}}, claims, "signature");
}

TEST(WhyRefused, tells_what_the_times_of_a_token_explain) {
  EXPECT_EQ(why_refused(token({{"exp", 1000}}), 1090), "the token ran out 90 s ago");
  EXPECT_TRUE(why_refused(token({{"exp", 9000}, {"nbf", 1600}}), 1000).starts_with("the token is good only in 600 s"));
  EXPECT_TRUE(why_refused(token({{"exp", 9000}, {"iat", 1060}}), 1000).starts_with("the token is good only in 60 s"));
}

TEST(WhyRefused, is_silent_where_they_explain_nothing) {
  EXPECT_EQ(why_refused(token({{"exp", 9000}, {"nbf", 1000}, {"iat", 1000}}), 1000), "");
  EXPECT_EQ(why_refused(token({}), 1000), "");
  EXPECT_EQ(why_refused("opaque", 1000), "");
}

TEST(CompareWithMetadata, says_for_whom_the_token_is_and_whom_the_server_expects) {
  const json::value metadata{{"resource", "https://a.example/mcp"},
                             {"authorization_servers", json::array{"https://login.example"}}};
  const auto remark = [&](const char* audience, const char* issuer) {
    return compare_with_metadata(token({{"aud", audience}, {"iss", issuer}}), metadata).value().what;
  };
  EXPECT_EQ(remark("https://b.example", "https://login.example"),
            "the token is for 'https://b.example', and the metadata asks for one for 'https://a.example/mcp'");
  EXPECT_EQ(remark("https://a.example/mcp", "https://other.example"),
            "the token was issued by 'https://other.example', and the metadata names 'https://login.example'");
  EXPECT_EQ(remark("https://a.example/mcp/", "https://login.example/"),
            "the token is for 'https://a.example/mcp' by 'https://login.example/', as the metadata asks");
}

TEST(CompareWithMetadata, is_silent_where_one_of_them_does_not_say) {
  const json::value metadata{{"resource", "https://a.example/mcp"}};
  EXPECT_FALSE(compare_with_metadata("opaque", metadata));
  EXPECT_FALSE(compare_with_metadata(token({{"iss", "https://login.example"}}), metadata));
  EXPECT_FALSE(compare_with_metadata(token({{"aud", "a"}, {"iss", "b"}}), json::value()));
}

}  // namespace
}  // namespace weir::conformance
