#include "loadgen/scenario/plain_request.hpp"

#include <gtest/gtest.h>

namespace weir::loadgen {
namespace {

const wire::Url& base() {
  static const wire::Url url = wire::parse_url("http://127.0.0.1:8080/prod/mcp").value();
  return url;
}

std::string rendered(const HttpCall& call, const Credentials& credentials = {}) {
  std::mt19937_64 random(1);
  const auto request = PlainRequest::make(call, base(), credentials);
  return request ? request->render({.sequence = 7}, random) : "error: " + request.error().detail;
}

TEST(PlainRequest, asks_for_a_path_on_the_populations_origin) {
  const std::string text = rendered({.path = "/prod/health?deep=1"});
  EXPECT_TRUE(text.starts_with("GET /prod/health?deep=1 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n")) << text;
  EXPECT_TRUE(text.ends_with("\r\n\r\n")) << text;
  EXPECT_EQ(text.find("Content-Length"), std::string::npos) << text;
}

TEST(PlainRequest, carries_json_with_what_is_new_in_each_call) {
  const std::string text =
      rendered({.method = "POST", .path = "/prod/execute", .json = wire::json::value{{"call", "{{seq}}"}}});
  EXPECT_NE(text.find("\r\nContent-Type: application/json\r\n"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("\r\nContent-Length: 10\r\n\r\n{\"call\":7}")) << text;
  EXPECT_EQ(text.find("Content-Length"), text.rfind("Content-Length")) << text;
}

TEST(PlainRequest, carries_a_body_as_it_is) {
  const std::string text = rendered({.method = "PUT", .path = "/x", .body = "{{seq}}"});
  EXPECT_TRUE(text.ends_with("\r\nContent-Length: 7\r\n\r\n{{seq}}")) << text;
}

TEST(PlainRequest, prefers_the_calls_own_headers_to_the_targets) {
  HttpCall call{.path = "/x"};
  call.headers.set("X-API-Key", "mine");
  Credentials credentials;
  credentials.headers.set("X-API-Key", "theirs");
  credentials.bearer = "token";
  const std::string text = rendered(call, credentials);
  EXPECT_NE(text.find("X-API-Key: mine\r\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("theirs"), std::string::npos) << text;
  EXPECT_NE(text.find("Authorization: Bearer token\r\n"), std::string::npos) << text;
}

TEST(PlainRequest, that_would_be_two_is_refused) {
  HttpCall call{.method = "GET x", .path = "/x"};
  EXPECT_TRUE(rendered(call).starts_with("error: ")) << rendered(call);
  call = {.path = "/x"};
  call.headers.set("X-Split", "a\r\nb: c");
  EXPECT_TRUE(rendered(call).starts_with("error: "));
}

}  // namespace
}  // namespace weir::loadgen
