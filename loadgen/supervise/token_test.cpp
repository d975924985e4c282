#include "loadgen/supervise/token.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "wire/testing/raw_server.hpp"

namespace weir::loadgen {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
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

std::string http(int status, const std::string& body) {
  return fmt::format(
      "HTTP/1.1 {} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status,
      body.size(), body);
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

/// What a keeper told until `enough` says so.
std::vector<TokenKeeper::News> news_until(TokenKeeper& keeper, std::size_t enough) {
  std::vector<TokenKeeper::News> all;
  const auto deadline = wire::Deadline::in(10s);
  while (all.size() < enough && !deadline.passed()) {
    for (auto& one : keeper.take()) { all.push_back(std::move(one)); }
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
  for (int i = 0; i < 100; ++i) { keeper.refused(1); }
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
