#include "conformance/run/token_remark.hpp"

#include <gtest/gtest.h>

#include "wire/auth/jwt.hpp"

namespace weir::conformance {
namespace {

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

}  // namespace
}  // namespace weir::conformance
