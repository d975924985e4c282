#include "loadgen/run/token.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "wire/testing/raw_server.hpp"

namespace weir::loadgen {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using wire::testing::Peer;
using wire::testing::RawServer;

OAuth an_oauth(const std::string& url = "http://127.0.0.1:1/token") {
  OAuth oauth;
  oauth.token_url = url;
  oauth.client_id = "load test";
  oauth.client_secret = "s:cr/t";
  oauth.scope = "mcp:read mcp:call";
  oauth.audience = "https://mcp.example";
  oauth.resource = "https://mcp.example/mcp";
  return oauth;
}

wire::Exchange answer(int status, const std::string& body) {
  wire::Exchange exchange;
  exchange.head.status = status;
  exchange.body = body;
  return exchange;
}

std::string http(int status, const std::string& body) {
  return fmt::format(
      "HTTP/1.1 {} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status,
      body.size(), body);
}

TEST(Token, is_asked_for_as_rfc_6749_has_it) {
  const auto request = token_request(an_oauth(), ClientAuth::basic);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->headers.get("content-type"), "application/x-www-form-urlencoded");
  // base64("load+test:s%3Acr%2Ft")
  EXPECT_EQ(request->headers.get("authorization"), "Basic bG9hZCt0ZXN0OnMlM0FjciUyRnQ=");
  EXPECT_EQ(request->body,
            "grant_type=client_credentials&scope=mcp%3Aread+mcp%3Acall&audience=https%3A%2F%2Fmcp.example&"
            "resource=https%3A%2F%2Fmcp.example%2Fmcp");
}

TEST(Token, carries_id_and_secret_in_the_body_where_the_server_wants_them_there) {
  const auto request = token_request(an_oauth(), ClientAuth::post);
  ASSERT_TRUE(request);
  EXPECT_FALSE(request->headers.has("authorization"));
  EXPECT_THAT(request->body, HasSubstr("&client_id=load+test&client_secret=s%3Acr%2Ft"));
}

TEST(Token, names_the_option_for_a_url_that_is_none) {
  EXPECT_THAT(token_request(an_oauth("idp/token"), ClientAuth::basic).error().detail, HasSubstr("token_url"));
}

TEST(Token, is_read_with_its_life) {
  const auto token = read_token(answer(200, R"({"access_token":"abc","token_type":"Bearer","expires_in":3600})"));
  ASSERT_TRUE(token);
  EXPECT_EQ(token->value, "abc");
  EXPECT_EQ(token->life, 3'600'000ms);
  EXPECT_EQ(read_token(answer(200, R"({"access_token":"abc","expires_in":"60"})"))->life, 60'000ms);
  EXPECT_FALSE(read_token(answer(200, R"({"access_token":"abc"})"))->life);
  EXPECT_FALSE(read_token(answer(200, R"({"access_token":"abc","expires_in":-1})"))->life);
}

TEST(Token, errors_hold_no_secret) {
  for (const auto& [status, body] :
       std::vector<std::pair<int, std::string>>{{400, R"({"error":"invalid_scope","error_description":"s:cr/t"})"},
                                                {400, R"({"error":"s:cr/t is wrong"})"},
                                                {500, "s:cr/t"},
                                                {200, "s:cr/t"},
                                                {200, R"({"access_token":7,"x":"s:cr/t"})"},
                                                {200, "{\"access_token\":\"s:cr/t\\r\\nX-Evil: 1\"}"}}) {
    const auto token = read_token(answer(status, body));
    ASSERT_FALSE(token) << body;
    EXPECT_THAT(token.error().detail, Not(HasSubstr("s:cr/t"))) << body;
    EXPECT_THAT(token.error().detail, HasSubstr("token endpoint"));
  }
  EXPECT_THAT(read_token(answer(400, R"({"error":"invalid_scope"})")).error().detail, HasSubstr("invalid_scope"));
}

TEST(Token, is_renewed_before_it_expires_but_not_at_once) {
  const auto oauth = an_oauth();
  EXPECT_EQ(renew_after({"t", 3'600'000ms}, oauth), 3'570'000ms);
  EXPECT_EQ(renew_after({"t", 40'000ms}, oauth), 20'000ms);
  EXPECT_FALSE(renew_after({"t", std::nullopt}, oauth));
}

TEST(Token, backs_off_to_half_a_minute_at_most) {
  EXPECT_EQ(retry_after_failure(1), 1'000ms);
  EXPECT_EQ(retry_after_failure(2), 2'000ms);
  EXPECT_EQ(retry_after_failure(60), 30'000ms);
}

TEST(Token, falls_back_to_the_body_where_basic_is_not_recognised) {
  const RawServer server([](Peer& peer) {
    const auto request = peer.read_request();
    const bool basic = request.find("Authorization: Basic") != std::string::npos;
    peer.send(basic ? http(401, R"({"error":"invalid_client"})") : http(200, R"({"access_token":"abc"})"));
  });
  const auto token = fetch_token(an_oauth(server.url("/token").str()), {}, wire::Deadline::in(5s));
  ASSERT_TRUE(token) << token.error().detail;
  EXPECT_EQ(token->value, "abc");
}

TEST(Token, says_where_nobody_answers) {
  const auto token = fetch_token(an_oauth(), {}, wire::Deadline::in(2s));
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().code, wire::ErrorCode::connect_refused);
}

/// What a keeper told until `enough` says so.
std::vector<TokenKeeper::News> news_until(TokenKeeper& keeper, std::size_t enough) {
  std::vector<TokenKeeper::News> all;
  const auto deadline = wire::Deadline::in(10s);
  while (all.size() < enough && !deadline.passed()) {
    for (auto& one : keeper.take()) {
      all.push_back(std::move(one));
    }
    std::this_thread::sleep_for(1ms);
  }
  return all;
}

TEST(TokenKeeper, renews_by_itself_again_and_again) {
  std::atomic<int> asked{0};
  const RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send(http(200, fmt::format(R"({{"access_token":"t{}","expires_in":0.02}})", ++asked)));
  });
  TokenKeeper keeper(an_oauth(server.url("/token").str()), {}, {"t0", 20ms});
  const auto news = news_until(keeper, 3);
  ASSERT_GE(news.size(), 3u);
  EXPECT_EQ(news[0].bearer, "t1");
  EXPECT_EQ(news[0].generation, 2u);
  EXPECT_EQ(news[2].generation, 4u);
}

TEST(TokenKeeper, asks_once_for_a_generation_that_is_refused) {
  std::atomic<int> asked{0};
  const RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send(http(200, fmt::format(R"({{"access_token":"t{}"}})", ++asked)));
  });
  TokenKeeper keeper(an_oauth(server.url("/token").str()), {}, {"t0", std::nullopt});
  for (int i = 0; i < 100; ++i) {
    keeper.refused(1);
  }
  ASSERT_EQ(news_until(keeper, 1).size(), 1u);
  keeper.refused(1);  // The new one has generation 2.
  keeper.refused(2);
  const auto second = news_until(keeper, 1);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].generation, 3u);
  EXPECT_EQ(asked, 2);
}

TEST(TokenKeeper, tells_of_a_failure_and_keeps_the_generation) {
  const RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send(http(503, "busy"));
  });
  TokenKeeper keeper(an_oauth(server.url("/token").str()), {}, {"t0", std::nullopt});
  keeper.refused(1);
  const auto news = news_until(keeper, 1);
  ASSERT_EQ(news.size(), 1u);
  EXPECT_EQ(news[0].bearer, "");
  EXPECT_THAT(news[0].failure, HasSubstr("HTTP 503"));
}

TEST(TokenKeeper, does_not_wait_for_a_silent_endpoint_at_the_end) {
  wire::testing::RawServer server([](Peer& peer) {
    peer.read_request();
    peer.readable_within(20s);  // Until the client goes, or the server is stopped.
  });
  const auto began = std::chrono::steady_clock::now();
  {
    TokenKeeper keeper(an_oauth(server.url("/token").str()), {}, {"t0", std::nullopt});
    keeper.refused(1);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, 4s);  // The request itself would take five.
}

}  // namespace
}  // namespace weir::loadgen
