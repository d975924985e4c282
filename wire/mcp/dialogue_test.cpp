// Dialogues against scripted servers; the tests against the fixture stand in fixtures/.
#include "wire/mcp/dialogue.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "wire/mcp/detect.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::wire::mcp {
namespace {

using ::testing::HasSubstr;
using wire::testing::Peer;
using wire::testing::RawServer;

constexpr std::chrono::seconds kLong{30};
constexpr std::chrono::milliseconds kShort{200};

std::string answer(std::string_view status, std::string_view type, std::string_view body) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}", status, type, body.size(),
                     body);
}

std::string initialize_result(std::string_view version) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":1,"result":)"
                     R"({{"protocolVersion":"{}","capabilities":{{}},"serverInfo":{{"name":"s"}}}}}})",
                     version);
}

RawServer::Script json_answer(std::string_view body) {
  return RawServer::plays(answer("200 OK", "application/json", body));
}
RawServer::Script accepted() { return RawServer::plays("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"); }

Result<Dialogue> open(HttpClient& client, const RawServer& server, Era era = Era::streamable,
                      std::chrono::milliseconds timeout = kLong) {
  DialogueOptions options;
  options.url = server.url("/mcp");
  options.era = era;
  options.timeout = timeout;
  return Dialogue::open(client, std::move(options));
}

/// Sends the head of an event stream and its first bytes, and holds it until the client goes.
RawServer::Script held_stream(std::string events) {
  return [events = std::move(events)](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + events);
    peer.wait_for_client_end();
  };
}

TEST(Dialogue, a_version_that_would_break_a_header_is_refused) {
  HttpClient client;
  const RawServer server(json_answer(initialize_result(R"(2025-11-25\r\nX: y)")));
  const auto dialogue = open(client, server);
  ASSERT_FALSE(dialogue);
  EXPECT_EQ(dialogue.error().code, ErrorCode::malformed_message);
  EXPECT_THAT(dialogue.error().detail, HasSubstr("no usable protocolVersion"));
}

TEST(Dialogue, the_servers_choice_of_revision_stands) {
  HttpClient client;
  const RawServer server({json_answer(initialize_result("2025-03-26")), accepted()});
  const auto dialogue = open(client, server);
  ASSERT_TRUE(dialogue) << dialogue.error().detail;
  EXPECT_EQ(dialogue->revision(), k2025_03_26);
  EXPECT_EQ(dialogue->session_id(), std::nullopt);
}

TEST(Dialogue, an_answer_to_another_id_is_none) {
  HttpClient client;
  const RawServer server(json_answer(R"({"jsonrpc":"2.0","id":"1","result":{"protocolVersion":"2025-11-25"}})"));
  const auto dialogue = open(client, server);
  ASSERT_FALSE(dialogue);
  EXPECT_EQ(dialogue.error().code, ErrorCode::rejected);
  EXPECT_THAT(dialogue.error().detail, HasSubstr("an answer to id \"1\" instead of 1"));
}

TEST(Dialogue, a_refused_initialized_notification_refuses_the_client) {
  HttpClient client;
  const RawServer server(
      {json_answer(initialize_result("2025-11-25")), RawServer::plays(answer("400 Bad Request", "text/plain", "no"))});
  const auto dialogue = open(client, server);
  ASSERT_FALSE(dialogue);
  EXPECT_THAT(dialogue.error().detail, HasSubstr("notifications/initialized was refused: HTTP 400"));
}

TEST(Dialogue, a_stream_without_the_answer_costs_one_timeout) {
  HttpClient client;
  const RawServer server(held_stream(": hello\n\n"));
  const auto dialogue = open(client, server, Era::streamable, kShort);
  ASSERT_FALSE(dialogue);
  EXPECT_EQ(dialogue.error().code, ErrorCode::timeout);
  EXPECT_THAT(dialogue.error().detail, HasSubstr("no answer within"));
}

TEST(Dialogue, a_stream_that_ends_without_endpoint_is_named) {
  HttpClient client;
  const RawServer server(RawServer::plays("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n"));
  const auto dialogue = open(client, server, Era::http_sse);
  ASSERT_FALSE(dialogue);
  EXPECT_EQ(dialogue.error().code, ErrorCode::closed);
  EXPECT_THAT(dialogue.error().detail, HasSubstr("the first event was 'message'"));
}

TEST(Dialogue, a_post_that_is_cut_is_an_error) {
  HttpClient client;
  const RawServer server({held_stream("event: endpoint\ndata: /post?s=1\n\n"), [](Peer& peer) {
                            peer.read_request();
                            peer.rst();
                          }});
  const auto dialogue = open(client, server, Era::http_sse, kShort);
  ASSERT_FALSE(dialogue);
  EXPECT_EQ(dialogue.error().code, ErrorCode::reset) << dialogue.error().detail;
}

TEST(Dialogue, a_refusing_post_is_not_waited_for_until_the_deadline) {
  HttpClient client;
  const RawServer server({held_stream("event: endpoint\ndata: post?s=1\n\n"),
                          RawServer::plays(answer("503 Service Unavailable", "text/html", "<html>"))});
  const auto start = Clock::now();
  const auto dialogue = open(client, server, Era::http_sse);
  ASSERT_FALSE(dialogue);
  EXPECT_EQ(dialogue.error().code, ErrorCode::rejected);
  EXPECT_THAT(dialogue.error().detail, HasSubstr("HTTP 503"));
  EXPECT_LT(Clock::now() - start, kLong);
}

TEST(Dialogue, the_pause_that_a_polled_answer_asks_for_is_none_of_its_time) {
  HttpClient client;
  const std::string primed = answer("200 OK", "text/event-stream", "id: 1\nretry: 700\ndata:\n\n");
  const std::string answered =
      answer("200 OK", "text/event-stream", "id: 2\ndata: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n\n");
  const RawServer server(
      {json_answer(initialize_result("2025-11-25")), accepted(), RawServer::plays(primed), RawServer::plays(answered)});
  auto dialogue = open(client, server);
  ASSERT_TRUE(dialogue) << dialogue.error().detail;
  const auto reply = dialogue->request("tools/list", nullptr, {.timeout = std::chrono::milliseconds(600)});
  ASSERT_TRUE(reply) << reply.error().detail;
  EXPECT_TRUE(reply->is_result()) << reply->describe();
  EXPECT_EQ(reply->resumed.size(), 1u);
}

TEST(Detect, versions_of_older_eras_alone_make_no_stateless_server) {
  const RawServer server([](Peer& peer) {
    const bool discover = peer.read_request().find("server/discover") != std::string::npos;
    peer.send(answer(discover ? "200 OK" : "404 Not Found", "application/json",
                     R"({"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2025-11-25","latest"]}})"));
  });
  const auto found = detect({.url = server.url("/mcp"), .headers = {}, .client = {}, .timeout = kLong, .only = {}});
  EXPECT_FALSE(found.attempt(Era::stateless)->speaks) << found.attempt(Era::stateless)->why;
}

TEST(Detect, each_of_its_threads_works_within_the_account_of_the_run) {
  const RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send(answer("404 Not Found", "text/plain", "nothing here"));
  });
  DetectOptions options;
  options.url = server.url("/");
  options.timeout = kLong;
  std::atomic<int> entered{0};
  std::atomic<int> within{0};
  options.client.run.account = [&] {
    ++entered;
    ++within;
    return std::shared_ptr<void>(nullptr, [&](void*) { --within; });
  };
  (void)detect(options);
  EXPECT_EQ(entered, 3);
  EXPECT_EQ(within, 0);
}

TEST(Detect, is_told_of_memory_that_is_refused) {
  const RawServer server([](Peer& peer) { peer.wait_for_client_end(); });
  DetectOptions options;
  options.url = server.url("/");
  options.timeout = kLong;
  options.client.run.account = []() -> std::shared_ptr<void> { throw std::bad_alloc(); };
  for (const Attempt& attempt : detect(options).attempts) {
    ASSERT_TRUE(attempt.error.has_value()) << to_string(attempt.era);
    EXPECT_EQ(attempt.error->code, ErrorCode::limit_exceeded);
  }
}

TEST(Detect, asks_by_initialize_first_where_the_server_answers_soon) {
  std::mutex mutex;
  std::vector<std::string> asked;
  const RawServer server([&](Peer& peer) {
    {
      const std::string request = peer.read_request();
      const std::lock_guard lock(mutex);
      asked.push_back(request);
    }
    peer.send(answer("404 Not Found", "text/plain", "nothing here"));
  });
  // A machine that stands still may let the others past; not most of the time.
  constexpr int kTimes = 20;
  int first = 0;
  for (int i = 0; i < kTimes; ++i) {
    {
      const std::lock_guard lock(mutex);
      asked.clear();
    }
    (void)detect({.url = server.url("/mcp"), .headers = {}, .client = {}, .timeout = kLong, .only = {}});
    const std::lock_guard lock(mutex);
    first += !asked.empty() && asked.front().find("\"initialize\"") != std::string::npos;
  }
  EXPECT_GT(first, kTimes / 2);
}

TEST(Detect, silence_costs_one_timeout) {
  const RawServer server([](Peer& peer) { peer.wait_for_client_end(); });
  DetectOptions options;
  options.url = server.url("/");
  options.timeout = kShort;
  const Detection detection = detect(options);
  ASSERT_EQ(detection.attempts.size(), 3U);
  for (const Attempt& attempt : detection.attempts) {
    ASSERT_TRUE(attempt.error.has_value()) << to_string(attempt.era);
    EXPECT_EQ(attempt.error->code, ErrorCode::timeout);
  }
}

}  // namespace
}  // namespace weir::wire::mcp
