#include "conformance/ask/kept.hpp"

#include <gtest/gtest.h>

namespace weir::conformance {

namespace {

std::string sign_of(const char* field, const char* value) {
  wire::Exchange answer;
  answer.head.headers.add(field, value);
  return kept_by(answer);
}

}  // namespace

TEST(Kept, is_said_by_the_fields_of_caches) {
  EXPECT_EQ(sign_of("Age", "12"), "age: 12");
  EXPECT_EQ(sign_of("X-Cache", "Hit from cloudfront"), "x-cache: Hit from cloudfront");
  EXPECT_EQ(sign_of("CF-Cache-Status", "HIT"), "cf-cache-status: HIT");
  EXPECT_EQ(sign_of("Cache-Status", "Edge; hit; ttl=30"), "cache-status: Edge; hit; ttl=30");
  EXPECT_EQ(sign_of("Cache-Status", "Edge;hit"), "cache-status: Edge;hit");
}

TEST(Kept, matters_where_an_answer_is_made_for_one_client) {
  wire::Exchange answer;
  answer.head.headers.add("Age", "12");
  answer.request.method = "GET";
  EXPECT_EQ(kept_from_another(answer), "");
  answer.request.headers.add("Mcp-Session-Id", "5e55");
  EXPECT_EQ(kept_from_another(answer), "age: 12");
  answer.request.headers = {};
  answer.request.method = "POST";
  EXPECT_EQ(kept_from_another(answer), "age: 12");
}

TEST(Kept, is_nothing_that_was_fetched_for_the_request) {
  EXPECT_EQ(sign_of("Age", "0"), "");
  EXPECT_EQ(sign_of("Age", "soon"), "");
  EXPECT_EQ(sign_of("X-Cache", "Miss from cloudfront"), "");
  EXPECT_EQ(sign_of("CF-Cache-Status", "DYNAMIC"), "");
  EXPECT_EQ(sign_of("Cache-Status", "hit; fwd=miss"), "");
  EXPECT_EQ(sign_of("Cache-Status", "Edge; fwd=uri-miss; hitless"), "");
  EXPECT_EQ(sign_of("Date", "12"), "");
}

}  // namespace weir::conformance
