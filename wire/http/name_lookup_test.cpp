#include "wire/http/name_lookup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::wire {
namespace {

using namespace std::chrono_literals;

TEST(LookUp, takes_a_numeric_host_as_its_own_address) {
  const auto v4 = look_up("127.0.0.1", 80, Deadline::in(0ms));
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->front().text(), "127.0.0.1:80");
  const auto v6 = look_up("::1", 80, Deadline::in(0ms));
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->front().text(), "[::1]:80");
}

TEST(LookUp, finds_localhost) {
  const auto found = look_up("localhost", 80, Deadline::in(20s));
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_FALSE(found->empty());
}

TEST(LookUp, says_which_name_has_no_address) {
  // RFC 6761 section 6.4: names under .invalid never resolve.
  const auto none = look_up("nowhere.invalid", 80, Deadline::in(20s));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::resolve_failed);
  EXPECT_THAT(none.error().detail, ::testing::HasSubstr("nowhere.invalid"));
}

TEST(LookUp, gives_up_at_the_deadline) {
  const auto late = look_up("nowhere.invalid", 80, {Clock::now() - 1s});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::resolve_failed);
}

TEST(SocketAddress, is_read_as_it_is_written) {
  for (const char* text : {"127.0.0.1:80", "[::1]:443", "[2001:db8::1]:65535"}) {
    const auto address = parse_socket_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), text);
  }
}

TEST(SocketAddress, refuses_names_and_bad_ports) {
  for (const char* text : {"", "localhost:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
                           "127.0.0.1:80x", "::1:80", "[127.0.0.1]:80", "[::1]", "[]:80"}) {
    const auto address = parse_socket_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, ErrorCode::bad_input) << text;
  }
}

}  // namespace
}  // namespace weir::wire
