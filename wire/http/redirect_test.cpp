// Which redirects the client follows (RFC 9110 section 15.4), and what it sends when it does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/http/http_client.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::kLong;
using ::testing::Not;
using testing::Peer;
using testing::RawServer;
using testing::Recorder;
using ::testing::StartsWith;

std::string redirect(int status, std::string_view location) {
  return fmt::format("HTTP/1.1 {} Go\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", status, location);
}

/// Redirects the first connection, answers all further ones.
struct RedirectingServer {
  explicit RedirectingServer(const std::string& first)
      : server(std::vector<RawServer::Script>{[this, first](Peer& peer) {
                                                requests.add(peer.read_request());
                                                peer.send(first);
                                              },
                                              [this](Peer& peer) {
                                                requests.add(peer.read_request());
                                                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere");
                                              }}) {}

  Result<Exchange> ask(std::string method, ClientOptions options = {}) {
    Request request{.method = std::move(method), .url = server.url("/from")};
    request.headers = {{"Authorization", "Bearer token"}, {"Content-Type", "text/plain"}};
    request.body = request.method == "POST" ? "body" : "";
    return HttpClient(std::move(options)).exchange(request, Deadline::in(kLong));
  }

  Recorder requests;
  RawServer server;
};

TEST(Redirect, of_a_get_is_followed_within_the_origin) {
  for (const int status : {301, 302, 303, 307, 308}) {
    RedirectingServer server(redirect(status, "/to?x"));
    const auto got = server.ask("GET");
    ASSERT_TRUE(got) << got.error().detail;
    EXPECT_EQ(got->head.status, 200) << status;
    EXPECT_EQ(got->request.url.target(), "/to?x");
    ASSERT_EQ(got->redirects.size(), 1U);
    EXPECT_EQ(got->redirects[0].status, status);
    EXPECT_EQ(got->redirects[0].from.target(), "/from");
    EXPECT_EQ(got->redirects[0].location, "/to?x");
    EXPECT_TRUE(got->redirects[0].followed);
    EXPECT_THAT(server.requests.all()[1], HasSubstr("Authorization: Bearer token\r\n"));
  }
}

TEST(Redirect, of_a_post_keeps_method_and_body_with_307_and_308) {
  for (const int status : {307, 308}) {
    RedirectingServer server(redirect(status, "/to"));
    const auto got = server.ask("POST");
    ASSERT_TRUE(got) << got.error().detail;
    EXPECT_EQ(got->head.status, 200);
    EXPECT_THAT(server.requests.all()[1], StartsWith("POST /to HTTP/1.1\r\n"));
    EXPECT_THAT(server.requests.all()[1], ::testing::EndsWith("\r\n\r\nbody"));
  }
}

TEST(Redirect, of_a_post_becomes_a_get_with_303_only) {
  RedirectingServer server(redirect(303, "/to"));
  const auto got = server.ask("POST");
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->request.method, "GET");
  const auto second = server.requests.all()[1];
  EXPECT_THAT(second, StartsWith("GET /to HTTP/1.1\r\n"));
  EXPECT_THAT(second, Not(HasSubstr("Content-")));
  for (const int status : {301, 302}) {
    RedirectingServer other(redirect(status, "/to"));
    const auto kept = other.ask("POST");
    ASSERT_TRUE(kept) << kept.error().detail;
    EXPECT_EQ(kept->head.status, status);
    ASSERT_EQ(kept->redirects.size(), 1U);
    EXPECT_FALSE(kept->redirects[0].followed);
    EXPECT_EQ(other.requests.all().size(), 1U);
  }
}

TEST(Redirect, to_another_origin_is_the_answer_itself) {
  const RawServer elsewhere([](Peer& peer) { peer.send("HTTP/1.1 500 Never asked\r\nContent-Length: 0\r\n\r\n"); });
  for (const std::string& location : {elsewhere.origin() + "/", std::string("//localhost/"),
                                      std::string("https://127.0.0.1/"), std::string("ftp://x/")}) {
    RedirectingServer server(redirect(307, location));
    const auto got = server.ask("GET");
    ASSERT_TRUE(got) << got.error().detail;
    EXPECT_EQ(got->head.status, 307) << location;
    ASSERT_EQ(got->redirects.size(), 1U);
    EXPECT_EQ(got->redirects[0].location, location);
    EXPECT_FALSE(got->redirects[0].followed);
  }
}

TEST(Redirect, is_not_followed_where_the_caller_does_not_want_it) {
  RedirectingServer server(redirect(307, "/to"));
  const auto got = server.ask("GET", {.follow_same_origin_redirects = false});
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->head.status, 307);
  EXPECT_EQ(got->redirects.size(), 1U);
}

TEST(Redirect, needs_a_location_and_a_status_that_means_it) {
  for (const char* answer :
       {"HTTP/1.1 302 Go\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 304 Same\r\nLocation: /to\r\n\r\n",
        "HTTP/1.1 201 Made\r\nLocation: /to\r\nContent-Length: 0\r\n\r\n"}) {
    RedirectingServer server(answer);
    const auto got = server.ask("GET");
    ASSERT_TRUE(got) << got.error().detail;
    EXPECT_TRUE(got->redirects.empty()) << answer;
    EXPECT_EQ(server.requests.all().size(), 1U);
  }
}

TEST(Redirect, goes_round_in_circles_only_so_often) {
  std::atomic<int> asked = 0;
  const RawServer server([&](Peer& peer) {
    peer.read_request();
    ++asked;
    peer.send(redirect(302, "/again"));
  });
  const auto got = HttpClient().exchange({.url = server.url()}, Deadline::in(kLong));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->head.status, 302);
  EXPECT_EQ(asked, static_cast<int>(limits::kRedirects) + 1);
  ASSERT_EQ(got->redirects.size(), limits::kRedirects + 1);
  EXPECT_TRUE(got->redirects[limits::kRedirects - 1].followed);
  EXPECT_FALSE(got->redirects.back().followed);
}

}  // namespace
}  // namespace weir::wire
