#include "conformance/ask/challenge.hpp"

#include <gtest/gtest.h>

namespace weir::conformance {

TEST(Challenges, are_read_from_one_field_with_several_of_them) {
  const auto challenges = parse_challenges(
      R"(Basic realm="a \"b\", c" , Bearer error=invalid_token, resource_metadata = "https://a.example/?x=1,2", DPoP)");
  ASSERT_EQ(challenges.size(), 3U);
  EXPECT_EQ(challenges[0].scheme, "basic");
  EXPECT_EQ(challenges[0].parameter("realm"), R"(a "b", c)");
  EXPECT_EQ(challenges[1].scheme, "bearer");
  EXPECT_EQ(challenges[1].parameter("error"), "invalid_token");
  EXPECT_EQ(challenges[1].parameter("resource_metadata"), "https://a.example/?x=1,2");
  EXPECT_EQ(challenges[2].scheme, "dpop");
  EXPECT_EQ(find_challenge(challenges, "bearer"), &challenges[1]);
  EXPECT_EQ(find_challenge(challenges, "negotiate"), nullptr);
}

TEST(Challenges, of_one_scheme_alone_have_no_parameters) {
  EXPECT_EQ(parse_challenges("BEARER").at(0).scheme, "bearer");
  EXPECT_TRUE(parse_challenges("Bearer").at(0).parameters.empty());
  EXPECT_EQ(parse_challenges("Bearer").at(0).parameter("realm"), "");
}

TEST(Challenges, are_passed_over_where_they_cannot_be_read) {
  EXPECT_TRUE(parse_challenges("").empty());
  EXPECT_TRUE(parse_challenges(" , ,").empty());
  EXPECT_TRUE(parse_challenges("=\"x\"").empty());
  EXPECT_EQ(parse_challenges("{} Bearer realm=\"never ends").at(0).parameter("realm"), "never ends");
  EXPECT_EQ(parse_challenges("Negotiate a87421000492aa874209af8bc028==, Bearer").back().scheme, "bearer");
}

}  // namespace weir::conformance
