#include "conformance/ask/http_sse.hpp"

#include <gtest/gtest.h>

namespace weir::conformance {
namespace {

wire::Url url(const std::string& rest) { return wire::parse_url("http://127.0.0.1:8080" + rest).value(); }

TEST(AnnouncedSession, is_the_parameter_that_looks_like_it_whatever_its_place) {
  EXPECT_EQ(announced_session(url("/messages?session=a9f0c1d2e3&x=%2Fa")), "a9f0c1d2e3");
  EXPECT_EQ(announced_session(url("/messages?sessionId=abcdefghij&trace=0123456789abcdef")), "abcdefghij");
  EXPECT_EQ(announced_session(url("/messages?c=a9f0c1d2e3&transport=streaming")), "a9f0c1d2e3");
  EXPECT_EQ(announced_session(url("/messages?next=/v1/talk/0123456789&c=a9f0c1d2e3")), "a9f0c1d2e3");
}

TEST(AnnouncedSession, is_the_end_of_the_path_where_no_parameter_looks_like_it) {
  EXPECT_EQ(announced_session(url("/messages/a9f0c1d2e3")), "a9f0c1d2e3");
  EXPECT_EQ(announced_session(url("/messages/a9f0c1d2e3?x=1")), "a9f0c1d2e3");
  EXPECT_EQ(announced_session(url("/v1/messages")), "");
  EXPECT_EQ(announced_session(url("/messages?x=1&y")), "");
}

TEST(ForgedSession, changes_nothing_but_the_session) {
  auto first = url("/messages?session=a9f0c1d2e3&x=%2Fa");
  EXPECT_TRUE(forge_session(first));
  EXPECT_EQ(first.query, "session=d4c5f6a7b8&x=%2Fa");
  auto in_path = url("/messages/a9f0c1d2e3?x=1");
  EXPECT_TRUE(forge_session(in_path));
  EXPECT_EQ(in_path.path, "/messages/d4c5f6a7b8");
  auto without = url("/messages");
  EXPECT_FALSE(forge_session(without));
}

}  // namespace
}  // namespace weir::conformance
