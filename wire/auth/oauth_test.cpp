#include "wire/auth/oauth.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "wire/base/limits.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Peer;
using testing::RawServer;

OAuthClient an_oauth(const std::string& url = "http://127.0.0.1:1/token") {
  OAuthClient oauth;
  oauth.token_url = url;
  oauth.client_id = "load test";
  oauth.client_secret = "s:cr/t";
  oauth.scope = "mcp:read mcp:call";
  oauth.audience = "https://mcp.example";
  oauth.resource = "https://mcp.example/mcp";
  return oauth;
}

Exchange answer(int status, const std::string& body) {
  Exchange exchange;
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

TEST(Token, is_not_looked_for_in_megabytes) {
  const RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send(http(200, R"({"x":")" + std::string(4U << 20U, 'x') + R"(","access_token":"late"})"));
  });
  const auto token = fetch_token(an_oauth(server.url("/token").str()), {}, Deadline::in(10s));
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().code, ErrorCode::malformed_message);
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
  EXPECT_EQ(read_token(answer(200, R"({"access_token":"abc","expires_in":0.01})"))->life, 1'000ms);
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

TEST(Token, falls_back_to_the_body_where_basic_is_not_recognised) {
  const RawServer server([](Peer& peer) {
    const auto request = peer.read_request();
    const bool basic = request.find("Authorization: Basic") != std::string::npos;
    peer.send(basic ? http(401, R"({"error":"invalid_client"})") : http(200, R"({"access_token":"abc"})"));
  });
  const auto token = fetch_token(an_oauth(server.url("/token").str()), {}, Deadline::in(5s));
  ASSERT_TRUE(token) << token.error().detail;
  EXPECT_EQ(token->value, "abc");
}

/// Answers Basic and the body each by a status and a body.
RawServer two_ways(int basic_status, std::string basic_body, int post_status, std::string post_body) {
  return RawServer([=](Peer& peer) {
    const bool basic = peer.read_request().find("Authorization: Basic") != std::string::npos;
    peer.send(basic ? http(basic_status, basic_body) : http(post_status, post_body));
  });
}

TEST(Token, falls_back_to_the_body_where_basic_is_not_read) {
  const auto server =
      two_ways(400, R"({"error":"invalid_request","error_description":"Missing required parameter: client_id"})", 200,
               R"({"access_token":"abc"})");
  const auto token = fetch_token(an_oauth(server.url("/token").str()), {}, Deadline::in(5s));
  ASSERT_TRUE(token) << token.error().detail;
  EXPECT_EQ(token->value, "abc");
}

TEST(Token, errors_say_what_the_server_said_and_how_the_client_authenticated) {
  const auto unread =
      two_ways(400, R"({"error":"invalid_request","error_description":"Missing required parameter: client_id"})", 400,
               R"({"error":"invalid_client","error_description":"Client authentication failed"})");
  const auto wrong = fetch_token(an_oauth(unread.url("/token").str()), {}, Deadline::in(5s));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().detail,
            "the token endpoint answered HTTP 400 (invalid_client): \"Client authentication failed\", with "
            "client_secret_post; 400 to client_secret_basic: \"Missing required parameter: client_id\"");
  EXPECT_EQ(token_problem(wrong.error()).name, "token-invalid-client");

  const auto basic_alone = two_ways(400, R"({"error":"invalid_scope","error_description":"no such scope"})", 401,
                                    R"({"error":"invalid_client"})");
  const auto scope = fetch_token(an_oauth(basic_alone.url("/token").str()), {}, Deadline::in(5s));
  ASSERT_FALSE(scope);
  EXPECT_EQ(scope.error().detail,
            "the token endpoint answered HTTP 400 (invalid_scope): \"no such scope\", with client_secret_basic; 401 "
            "to client_secret_post");
  EXPECT_EQ(token_problem(scope.error()).name, "token-refused");
}

TEST(Token, errors_quote_nothing_in_which_the_secret_stands) {
  for (const std::string shape : {"s:cr/t", "s%3Acr%2Ft", "bG9hZCt0ZXN0OnMlM0FjciUyRnQ="}) {
    const std::string body = R"({"error":"invalid_scope","error_description":"you sent )" + shape + R"("})";
    const auto server = two_ways(400, body, 400, body);
    const auto token = fetch_token(an_oauth(server.url("/token").str()), {}, Deadline::in(5s));
    ASSERT_FALSE(token);
    EXPECT_THAT(token.error().detail, Not(HasSubstr(shape)));
  }
}

TEST(Token, says_where_nobody_answers) {
  const auto token = fetch_token(an_oauth(), {}, Deadline::in(2s));
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().code, ErrorCode::connect_refused);
}

TEST(Token, failures_have_a_name_and_a_fix) {
  const auto named = [](const Exchange& exchange) { return token_problem(read_token(exchange).error()).name; };
  EXPECT_EQ(named(answer(401, R"({"error":"invalid_client"})")), "token-invalid-client");
  EXPECT_EQ(named(answer(400, R"({"error":"unauthorized_client"})")), "token-unauthorized-client");
  EXPECT_EQ(named(answer(400, R"({"error":"invalid_scope"})")), "token-refused");
  EXPECT_EQ(named(answer(503, "busy")), "token-refused");
  for (const auto& no_form : {answer(415, "{}"), answer(422, R"({"detail":"Input should be valid JSON"})")}) {
    const auto refused = read_token(no_form).error();
    EXPECT_NE(refused.detail.find("refuses application/x-www-form-urlencoded"), std::string::npos) << refused.detail;
    EXPECT_NE(token_problem(refused).fix.find("read forms"), std::string_view::npos);
  }
  EXPECT_EQ(read_token(answer(400, R"({"error":"invalid_request","error_description":"no JSON"})")).error().detail,
            "the token endpoint answered HTTP 400 (invalid_request)");
  EXPECT_EQ(named(answer(200, R"({"token":"x"})")), "token-not-json");
  auto page = answer(200, "<!doctype html><title>Sign in</title>");
  page.head.headers.set("Content-Type", "text/html; charset=utf-8");
  EXPECT_EQ(named(page), "token-endpoint-html");
  EXPECT_THAT(read_token(page).error().detail, HasSubstr("HTML"));
  EXPECT_EQ(token_problem(fetch_token(an_oauth(), {}, Deadline::in(2s)).error()).name, "token-endpoint-unreachable");
  EXPECT_EQ(token_problem(fetch_token(an_oauth("idp"), {}, Deadline::in(2s)).error()).name, "token-url-unusable");
}

TEST(Token, of_a_grant_is_asked_for_with_what_it_says) {
  const auto other = with_grant(an_oauth(), {.client_id = "limited", .scope = "mcp:read"});
  EXPECT_EQ(other.client_id, "limited");
  EXPECT_EQ(other.client_secret, "s:cr/t");
  EXPECT_EQ(other.scope, "mcp:read");
  EXPECT_EQ(other.audience, "https://mcp.example");
}

/// Gives out t1, t2 ... on /token, and answers 401 elsewhere to every token that is not the newest.
class Provider {
 public:
  explicit Provider(std::string life = "") : life_(std::move(life)) {}

  int issued() const { return issued_; }
  HttpClient client(Token token, std::chrono::milliseconds age = 0ms) {
    ClientOptions options;
    tokens_ = std::make_shared<FreshToken>(an_oauth(server_.url("/token").str()), options, std::move(token),
                                           Clock::now() - age);
    options.renewal = renewal_of(tokens_);
    return HttpClient(options);
  }
  FreshToken& tokens() { return *tokens_; }

  Result<Exchange> ask(HttpClient& client, const std::string& token) const {
    Request request{.method = "POST", .url = server_.url("/mcp")};
    request.headers.set("Authorization", "Bearer " + token);
    return client.exchange(request, Deadline::in(5s));
  }

 private:
  void answer(Peer& peer) {
    const auto request = peer.read_request();
    if (request.starts_with("POST /token")) {
      peer.send(http(200, fmt::format(R"({{"access_token":"t{}"{}}})", ++issued_, life_)));
    } else {
      const bool fresh = request.find(fmt::format("Bearer t{}\r\n", issued_.load())) != std::string::npos;
      peer.send(http(fresh ? 200 : 401, "{}"));
    }
  }

  std::string life_;
  std::atomic<int> issued_{0};
  std::shared_ptr<FreshToken> tokens_;
  RawServer server_{[this](Peer& peer) { answer(peer); }};
};

TEST(FreshToken, takes_the_place_of_one_that_has_grown_old) {
  Provider provider(R"(,"expires_in":3600)");
  auto client = provider.client({"t0", 1h}, 59min + 45s);
  const auto answer = provider.ask(client, "t0");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->head.status, 200);
  EXPECT_EQ(answer->request.headers.get("authorization"), "Bearer t1");
  EXPECT_EQ(provider.ask(client, "t0")->head.status, 200);
  EXPECT_EQ(provider.issued(), 1);
  EXPECT_EQ(provider.tokens().secrets(), (std::vector<std::string>{"t0", "t1"}));
}

TEST(FreshToken, is_had_after_a_refusal_that_age_explains) {
  Provider provider;
  auto client = provider.client({"stale", 1h}, 40min);  // Not due yet, but no newcomer.
  const auto answer = provider.ask(client, "stale");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->head.status, 200);
  EXPECT_EQ(provider.tokens().renewals(), 1);
  // The new one has no known life; while it is young its refusal is its own.
  EXPECT_EQ(provider.ask(client, "forged")->head.status, 401);
  EXPECT_EQ(provider.tokens().renewals(), 1);
}

TEST(FreshToken, leaves_a_young_token_and_other_credentials_alone) {
  Provider provider;
  auto client = provider.client({"young", 1h});
  EXPECT_EQ(provider.ask(client, "young")->head.status, 401);
  EXPECT_EQ(provider.ask(client, "forged")->head.status, 401);
  EXPECT_EQ(provider.ask(client, "")->head.status, 401);
  EXPECT_EQ(provider.issued(), 0);
}

TEST(FreshToken, asks_for_no_more_tokens_than_can_be_sought) {
  Provider provider;
  auto client = provider.client({"t0", 1h}, 2h);
  EXPECT_TRUE(provider.tokens().takes_more());
  provider.tokens().keep_secret(std::string(limits::kIssuedBytes, 'x'));
  EXPECT_FALSE(provider.tokens().takes_more());
  EXPECT_EQ(provider.ask(client, "t0")->head.status, 200);
  EXPECT_EQ(provider.issued(), 0);
  EXPECT_THAT(provider.tokens().last_failure(), HasSubstr("no more than"));
}

TEST(FreshToken, goes_on_with_the_old_one_while_none_can_be_had) {
  FreshToken tokens(an_oauth(), {}, {"t1", 1s}, Clock::now() - 2s);
  EXPECT_EQ(tokens.replace("Bearer t1", Deadline::in(2s)), "Bearer t1");
  EXPECT_THAT(tokens.last_failure(), HasSubstr("no token could be had"));
  EXPECT_EQ(tokens.renewals(), 0);
}

}  // namespace
}  // namespace weir::wire
