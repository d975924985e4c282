#include "wire/http/request_bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::wire {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Request to(std::string method, std::string_view url, Headers headers = {}, std::string body = {}) {
  return {std::move(method), *parse_url(url), std::move(headers), std::move(body)};
}

std::string bytes_of(const Request& request) { return *request_bytes(request, "weir"); }

TEST(RequestBytes, add_what_a_request_must_have) {
  EXPECT_EQ(bytes_of(to("GET", "http://a:81/x?y")), "GET /x?y HTTP/1.1\r\nHost: a:81\r\nUser-Agent: weir\r\n\r\n");
  EXPECT_EQ(bytes_of(to("POST", "http://a/", {}, "{}")),
            "POST / HTTP/1.1\r\nHost: a\r\nUser-Agent: weir\r\nContent-Length: 2\r\n\r\n{}");
}

TEST(RequestBytes, say_that_a_post_is_empty) {
  EXPECT_THAT(bytes_of(to("POST", "http://a/")), HasSubstr("Content-Length: 0\r\n"));
  EXPECT_THAT(bytes_of(to("DELETE", "http://a/")), Not(HasSubstr("Content-Length")));
}

TEST(RequestBytes, leave_what_the_caller_has_set) {
  const auto bytes =
      bytes_of(to("POST", "http://a/",
                  {{"host", "b"}, {"user-agent", "me"}, {"connection", "keep-alive"}, {"transfer-encoding", "chunked"}},
                  "0\r\n\r\n"));
  EXPECT_EQ(bytes,
            "POST / HTTP/1.1\r\nhost: b\r\nuser-agent: me\r\nconnection: keep-alive\r\n"
            "transfer-encoding: chunked\r\n\r\n0\r\n\r\n");
}

TEST(RequestBytes, name_nobody_where_the_agent_is_empty) {
  EXPECT_EQ(bytes_of(to("GET", "http://a/", {{"User-Agent", ""}, {"X-Empty", ""}})),
            "GET / HTTP/1.1\r\nHost: a\r\nX-Empty: \r\n\r\n");
}

TEST(RequestBytes, do_not_ask_for_a_content_coding_unasked) {
  EXPECT_THAT(bytes_of(to("GET", "http://a/")), Not(HasSubstr("Accept-Encoding")));
}

TEST(RequestBytes, turn_userinfo_into_basic_credentials) {
  // RFC 7617 section 2.
  EXPECT_THAT(bytes_of(to("GET", "http://Aladdin:open%20sesame@a/")),
              HasSubstr("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
  EXPECT_THAT(bytes_of(to("GET", "http://u:p@a/", {{"Authorization", "Bearer x"}})), Not(HasSubstr("Basic")));
}

TEST(RequestBytes, refuse_what_would_not_be_one_request) {
  std::vector<Request> requests = {to("GET", "http://a/", {{"X", "a\r\nY: b"}}),
                                   to("GET", "http://a/", {{"X", "a\nb"}}),
                                   to("GET", "http://a/", {{"X", std::string("a\0b", 3)}}),
                                   to("GET", "http://a/", {{"X Y", "a"}}),
                                   to("GET", "http://a/", {{"", "a"}}),
                                   to("GET /", "http://a/"),
                                   to("", "http://a/"),
                                   {}};
  requests.push_back(to("GET", "http://a/"));
  requests.back().url.path = "/a b";
  requests.push_back(to("GET", "http://a/"));
  requests.back().url.path = "a";
  for (const auto& request : requests) {
    const auto bytes = request_bytes(request, "weir");
    ASSERT_FALSE(bytes) << request.method << " " << request.url.target();
    EXPECT_EQ(bytes.error().code, ErrorCode::bad_input);
  }
}

}  // namespace
}  // namespace weir::wire
