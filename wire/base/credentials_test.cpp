#include "wire/base/credentials.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::wire {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(Credentials, are_known_by_the_names_of_their_headers) {
  for (const char* name : {"Authorization", "Proxy-Authorization", "Cookie", "X-API-Key", "X-JWT-Assertion",
                           "X-Signature", "X-Pass", "DPoP", "Session", "X-Amz-Security-Token"}) {
    EXPECT_TRUE(is_credential_name(name)) << name;
  }
  for (const char* name : {"Accept", "Mcp-Session-Id", "MCP-Protocol-Version", "X-Bypass-Cache", "Compass",
                           "Traceparent", "PAYMENT-SIGNATURE"}) {
    EXPECT_FALSE(is_credential_name(name)) << name;
  }
}

TEST(Credentials, are_known_by_the_names_of_their_parameters) {
  for (const char* name :
       {"code", "sig", "subscription-key", "auth", "s", "api_key", "X-Amz-Signature", "access_token"}) {
    EXPECT_TRUE(is_credential_parameter(name)) << name;
  }
  for (const char* name : {"keyword", "page", "author", "encoding", "status"}) {
    EXPECT_FALSE(is_credential_parameter(name)) << name;
  }
}

TEST(Credentials, of_a_url_stand_in_its_user_and_its_query) {
  EXPECT_THAT(credentials_in_url("https://me:pa%20ss@host/mcp?code=abcdef&page=second"),
              UnorderedElementsAre("pa%20ss", "pa ss", "abcdef"));
  EXPECT_THAT(credentials_in_url("https://ghp_0123@host?sig=wxyz#code=none"), UnorderedElementsAre("ghp_0123", "wxyz"));
  EXPECT_THAT(credentials_in_url("https://ann:pw@host/"), UnorderedElementsAre("pw"));
  EXPECT_THAT(credentials_in_url("/mcp?key=0123"), UnorderedElementsAre("0123"));
  EXPECT_THAT(credentials_in_url("https://host/mcp?v=1&key=1"), IsEmpty());
  EXPECT_THAT(credentials_in_url("https://host/T0123456789012345678901/mcp?v=long1"), IsEmpty());
}

TEST(Credentials, of_a_url_that_came_from_the_environment_are_all_of_its_query_and_the_keys_in_its_path) {
  EXPECT_THAT(credentials_in_url("https://host/mcp/T0123456789012345678901?v=long1&w=1", true),
              UnorderedElementsAre("T0123456789012345678901", "long1"));
}

}  // namespace
}  // namespace weir::wire
