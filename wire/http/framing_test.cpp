#include "wire/http/framing.hpp"

#include <gtest/gtest.h>

namespace weir::wire {
namespace {

using End = BodyFraming::End;

BodyFraming framing(Headers headers, int status = 200, std::string_view method = "GET") {
  return framing_of(method, {.status = status, .headers = std::move(headers)});
}

TEST(BodyFraming, follows_the_order_of_rfc_9112) {
  const Headers both{{"Transfer-Encoding", "chunked"}, {"Content-Length", "5"}};
  EXPECT_EQ(framing(both).end, End::chunked);
  EXPECT_EQ(framing(both, 200, "HEAD").end, End::none);
  EXPECT_EQ(framing(both, 204).end, End::none);
  EXPECT_EQ(framing(both, 304).end, End::none);
  EXPECT_EQ(framing({{"Content-Length", "5"}}).end, End::length);
  EXPECT_EQ(framing({{"Content-Length", "5"}}).length, 5U);
  EXPECT_EQ(framing({}).end, End::close);
}

TEST(BodyFraming, ends_with_the_connection_where_chunked_is_not_the_last_coding) {
  EXPECT_EQ(framing({{"Transfer-Encoding", "gzip, Chunked"}}).end, End::chunked);
  EXPECT_EQ(framing({{"Transfer-Encoding", "gzip, Chunked"}}).codings, (std::vector<std::string>{"gzip", "chunked"}));
  EXPECT_EQ(framing({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "gzip"}}).end, End::close);
  EXPECT_EQ(framing({{"Transfer-Encoding", " , "}, {"Content-Length", "3"}}).end, End::length);
}

TEST(BodyFraming, takes_no_part_of_a_length_for_the_whole) {
  for (const char* length : {"12x", "x", "", "-1", "18446744073709551616"}) {
    const BodyFraming found = framing({{"Content-Length", length}});
    EXPECT_TRUE(found.bad_length) << length;
    EXPECT_EQ(found.end, End::close) << length;
  }
  EXPECT_EQ(framing({{"Content-Length", "18446744073709551615"}}).length, UINT64_MAX);
}

}  // namespace
}  // namespace weir::wire
