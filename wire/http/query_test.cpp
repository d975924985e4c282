#include "wire/http/query.hpp"

#include <gtest/gtest.h>

namespace weir::wire {
namespace {

TEST(Query, takes_any_value) {
  auto url = *parse_url("http://a/mcp");
  add_to_query(url, "key", "a&b=c+d e#f%41\xc3\xa9~");
  EXPECT_EQ(url.target(), "/mcp?key=a%26b%3Dc%2Bd%20e%23f%2541%C3%A9~");
  add_to_query(url, "other", "");
  EXPECT_EQ(url.query, "key=a%26b%3Dc%2Bd%20e%23f%2541%C3%A9~&other=");
  EXPECT_TRUE(parse_url(url.str())) << "it stays a URL";
}

}  // namespace
}  // namespace weir::wire
