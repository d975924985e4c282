// What is held where nobody said: an endpoint that is dead is no plain stream.
#include "loadgen/supervise/targets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "loadgen/limits.hpp"
#include "loadgen/net/loop.hpp"
#include "wire/json/json.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::loadgen {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using wire::testing::RawServer;

/// What GET and POST are answered by a server of one script; a silent one is waited for.
RawServer::Script answering(std::string get, std::string post) {
  return [get = std::move(get), post = std::move(post)](wire::testing::Peer& peer) {
    const auto request = peer.read_request();
    const auto& answer = request.starts_with("GET") ? get : post;
    peer.send(answer);
    peer.wait_for_client_end();
  };
}

wire::Result<StreamKind> kind_at(const RawServer& server, Nanos patience = kSecond) {
  Scenario scenario;
  scenario.target.url = server.origin();
  scenario.populations.resize(1);
  scenario.populations[0].stream = StreamKind::automatic;
  scenario.populations[0].answer_timeout = patience;
  const auto targets = targets_of(scenario);
  const auto found =
      resolve_streams(scenario, {}, *targets, {{.addresses = {fmt::format("127.0.0.1:{}", server.port())}}});
  if (!found) { return tl::unexpected(found.error()); }
  return scenario.populations[0].stream;
}

constexpr const char* kStreamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
constexpr const char* kRefusal = "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n";

TEST(PlainStream, takes_an_endpoint_that_answers_no_post_for_dead_and_for_no_plain_stream) {
  const RawServer dead(answering(std::string(kStreamHead) + "data: here\n\n", ""));
  const auto result = kind_at(dead);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, wire::ErrorCode::timeout);
}

TEST(PlainStream, takes_a_stream_without_an_event_for_no_plain_stream) {
  const RawServer silent(answering(std::string(kStreamHead) + ": comment\n\n", kRefusal));
  const auto result = kind_at(silent);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, wire::ErrorCode::rejected);
  EXPECT_THAT(result.error().detail, HasSubstr("--era none"));
}

TEST(PlainStream, takes_events_beside_refused_posts_for_a_plain_stream) {
  const RawServer plain(answering(std::string(kStreamHead) + "data: here\n\n", kRefusal));
  const auto result = kind_at(plain);
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(*result, StreamKind::plain_get);
}

/// Streamable HTTP whose GET is answered by `get`; so long it takes for an answer to initialize.
RawServer::Script streamable(std::string get, std::chrono::milliseconds thinking = {}) {
  return [get = std::move(get), thinking](wire::testing::Peer& peer) {
    while (true) {
      const auto request = peer.read_request();
      if (request.empty()) { return; }
      if (request.starts_with("GET")) {
        peer.send(get);
        continue;
      }
      const auto body = wire::parse_json(request.substr(request.find("\r\n\r\n") + 4));
      const auto* message = body ? body->value.if_object() : nullptr;
      const auto* id = message != nullptr ? message->if_contains("id") : nullptr;
      if (id == nullptr) {
        peer.send("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
        continue;
      }
      const bool opens = message->at("method") == "initialize";
      if (opens) { std::this_thread::sleep_for(thinking); }
      const wire::json::value result{{"protocolVersion", "2025-06-18"},
                                     {"capabilities", wire::json::object{}},
                                     {"serverInfo", {{"name", "plain"}, {"version", "1"}}}};
      const wire::json::value refusal{{"code", -32601}, {"message", "no"}};
      const auto text = wire::json::serialize(
          wire::json::value{{"jsonrpc", "2.0"}, {"id", *id}, {opens ? "result" : "error", opens ? result : refusal}});
      peer.send(
          fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nMcp-Session-Id: s\r\n"
                      "Content-Length: {}\r\n\r\n{}",
                      text.size(), text));
    }
  };
}

TEST(Kinds, asks_again_where_the_target_is_out_for_now) {
  std::atomic<int> asked{0};
  const auto good = streamable("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  const RawServer out([&](wire::testing::Peer& peer) {
    if (asked++ < 3) {
      peer.read_request();
      peer.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    good(peer);
  });
  const auto result = kind_at(out);
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(*result, StreamKind::streamable_get);
}

TEST(Streamable, without_a_stream_is_told_so_before_the_run) {
  const RawServer server(streamable(kRefusal));
  const auto result = kind_at(server);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, wire::ErrorCode::rejected);
  EXPECT_THAT(result.error().detail, HasSubstr("GET is answered 405"));
}

TEST(Streamable, that_wants_a_session_for_its_stream_is_held) {
  const RawServer server(streamable("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"));
  const auto result = kind_at(server);
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(*result, StreamKind::streamable_get);
}

TEST(Streamable, may_take_as_long_for_its_handshake_as_its_clients_wait) {
  const RawServer server(streamable(kRefusal, std::chrono::milliseconds(300)));
  EXPECT_THAT(kind_at(server, 5 * kSecond).error().detail, HasSubstr("GET is answered 405"));
  EXPECT_EQ(kind_at(server, 100 * kMillisecond).error().code, wire::ErrorCode::timeout);
}

Scenario scenario_with(std::size_t addresses) {
  Scenario scenario;
  scenario.target.url = "http://edge.invalid/mcp";
  scenario.populations.emplace_back();
  std::string entry = "edge.invalid:80:";
  for (std::size_t i = 0; i < addresses; ++i) {
    entry += fmt::format("{}10.0.{}.{}", i == 0 ? "" : ",", i / 250, i % 250);
  }
  scenario.resolve = {std::move(entry)};
  return scenario;
}

TEST(Targets, take_as_many_fixed_addresses_as_a_worker_does) {
  const Scenario most = scenario_with(limits::kAddresses);
  const auto looked = look_up_all(most, *targets_of(most), {});
  ASSERT_TRUE(looked) << looked.error().detail;
  EXPECT_THAT(looked->at(0).addresses, SizeIs(limits::kAddresses));

  const Scenario more = scenario_with(300);
  const auto refused = look_up_all(more, *targets_of(more), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, wire::ErrorCode::bad_input);
  EXPECT_THAT(refused.error().detail, HasSubstr("names 300 addresses; a target has at most 256"));
}

TEST(Targets, have_no_password_in_the_url_and_the_refusal_does_not_say_it) {
  Scenario scenario = scenario_with(1);
  scenario.target.url = "http://weir:pass-word@edge.invalid/mcp";
  const auto refused = targets_of(scenario);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, wire::ErrorCode::bad_input);
  EXPECT_THAT(refused.error().detail, AllOf(HasSubstr("--header-env"), Not(HasSubstr("pass-word"))));
}

TEST(Targets, leave_alone_what_a_name_has_beyond_that) {
  Scenario scenario = scenario_with(0);
  scenario.resolve.clear();
  const auto looked =
      look_up_all(scenario, *targets_of(scenario), [](const auto&, const std::string&, std::uint16_t port, auto) {
        std::vector<wire::SocketAddress> all;
        for (int i = 0; i < 300; ++i) { all.push_back({fmt::format("10.0.{}.{}", i / 250, i % 250), port}); }
        return wire::Result<std::vector<wire::SocketAddress>>(all);
      });
  ASSERT_TRUE(looked) << looked.error().detail;
  EXPECT_THAT(looked->at(0).addresses, SizeIs(limits::kAddresses));
}

}  // namespace
}  // namespace weir::loadgen
