// What is held where nobody said: an endpoint that is dead is no plain stream.
#include "loadgen/supervise/targets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loadgen/limits.hpp"
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

wire::Result<StreamKind> kind_at(const RawServer& server) {
  Scenario scenario;
  scenario.target.url = server.origin();
  scenario.populations.resize(1);
  scenario.populations[0].stream = StreamKind::automatic;
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
  const auto looked = look_up_all(scenario, *targets_of(scenario), [](const std::string&, std::uint16_t port, auto) {
    std::vector<wire::SocketAddress> all;
    for (int i = 0; i < 300; ++i) { all.push_back({fmt::format("10.0.{}.{}", i / 250, i % 250), port}); }
    return wire::Result<std::vector<wire::SocketAddress>>(all);
  });
  ASSERT_TRUE(looked) << looked.error().detail;
  EXPECT_THAT(looked->at(0).addresses, SizeIs(limits::kAddresses));
}

}  // namespace
}  // namespace weir::loadgen
