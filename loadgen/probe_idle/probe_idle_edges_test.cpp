// What only a scripted server does: cuts by age, idle connections that are closed or dropped, floods, refusals.
#include <gtest/gtest.h>

#include "loadgen/probe_idle/probe_idle.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::loadgen {
namespace {

using std::chrono::milliseconds;
using wire::Clock;
using wire::mcp::Era;
using wire::testing::Peer;
using wire::testing::RawServer;

constexpr std::string_view kEmptyAnswer = "HTTP/1.1 204 No Content\r\n\r\n";
constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kComment = "4\r\n: \n\n\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr milliseconds kForever{60'000};

/// An edge that answers what is not a GET at once, and gives streams to `stream` and idle connections `keep_alive`.
struct Edge {
  std::function<void(Peer&)> stream = [](Peer& peer) { peer.wait_for_client_end(); };
  milliseconds keep_alive = kForever;
  std::string answer{kEmptyAnswer};
  bool drops_silently = false;  ///< What comes after `keep_alive` is answered by RST; nothing is said before.

  void operator()(Peer& peer) const {
    auto since = Clock::now();
    while (peer.readable_within(drops_silently ? kForever : keep_alive)) {
      if (drops_silently && Clock::now() - since > keep_alive) { return peer.rst(); }
      const std::string request = peer.read_request();
      if (request.empty()) { return; }
      if (request.starts_with("GET ")) {
        peer.send(kStreamHead);
        return stream(peer);
      }
      since = Clock::now();
      peer.send(answer);
    }
    peer.fin();
    peer.wait_for_client_end();
  }
};

/// Heartbeats until the time is over; false when the client has gone before.
bool beat(Peer& peer, milliseconds every, milliseconds span) {
  const auto until = Clock::now() + span;
  while (Clock::now() + every < until) {
    if (peer.readable_within(every) || !peer.send(kComment)) { return false; }
  }
  const auto left = std::chrono::duration_cast<milliseconds>(until - Clock::now());
  return !peer.readable_within(std::max(left, milliseconds(0)));
}

struct ProbeIdleEdges : ::testing::Test {
  ProbeIdleReport probe(const RawServer& server) {
    options.url = server.url("/events");
    const auto report = probe_idle(options, {}, stop);
    EXPECT_TRUE(report) << report.error().detail;
    return report ? *report : ProbeIdleReport{};
  }
  /// A minute takes 0.3 s, and is found to 0.2 s: who is busy sees an end late.
  ProbeIdleOptions options{
      .era = Era::none, .streams = 6, .longest_s = 120, .resolution_s = 40, .stagger_s = 2, .scale = 0.005};
  std::atomic<bool> stop = false;
};

TEST_F(ProbeIdleEdges, tell_a_cut_by_age_from_one_by_silence) {
  Edge edge;
  edge.stream = [](Peer& peer) {
    if (beat(peer, milliseconds(50), milliseconds(300))) { peer.fin(); }
    peer.wait_for_client_end();
  };
  const RawServer server(edge);
  const auto report = probe(server);
  EXPECT_EQ(report.stream.outcome, StreamOutcome::age_cut) << console(report);
  ASSERT_TRUE(report.stream.cut);
  EXPECT_LT(report.stream.cut->alive_s, 0.3);
  EXPECT_GT(report.stream.cut->dead_s, 0.3);
  EXPECT_TRUE(report.heartbeat);
  EXPECT_FALSE(report.margin_s()) << "no heartbeat helps against a limit on age";
  EXPECT_EQ(exit_code(report), 1);
}

TEST_F(ProbeIdleEdges, see_when_idle_connections_are_closed) {
  Edge edge;
  edge.keep_alive = milliseconds(300);
  const RawServer server(edge);
  const auto report = probe(server);
  EXPECT_EQ(report.keep_alive.outcome, KeepAliveOutcome::cut) << console(report);
  ASSERT_TRUE(report.keep_alive.cut);
  EXPECT_LT(report.keep_alive.cut->alive_s, 0.3);
  EXPECT_GT(report.keep_alive.cut->dead_s, 0.3);
  EXPECT_EQ(report.keep_alive.end, "FIN");
  EXPECT_EQ(report.keep_alive.request, "OPTIONS /events");
  EXPECT_EQ(report.stream.outcome, StreamOutcome::alive);
  EXPECT_EQ(exit_code(report), 0);
}

TEST_F(ProbeIdleEdges, see_what_is_dropped_without_a_word_by_asking) {
  Edge edge;
  edge.keep_alive = milliseconds(250);
  edge.drops_silently = true;
  const RawServer server(edge);
  const auto report = probe(server);
  EXPECT_EQ(report.keep_alive.outcome, KeepAliveOutcome::cut) << console(report);
  ASSERT_TRUE(report.keep_alive.cut);
  EXPECT_LT(report.keep_alive.cut->alive_s, 0.25);
  EXPECT_GT(report.keep_alive.cut->dead_s, 0.2);
  EXPECT_EQ(report.keep_alive.end, "RST");
  EXPECT_TRUE(report.stream.unproven) << "streams that were silent for longer may only look open";
  EXPECT_LT(report.stream.survived_s, 0.25);
  EXPECT_EQ(exit_code(report), 4);
}

TEST_F(ProbeIdleEdges, give_the_margin_of_the_heartbeat_before_the_cut_of_idle_connections) {
  Edge edge;
  edge.keep_alive = milliseconds(300);
  edge.stream = [](Peer& peer) { beat(peer, milliseconds(50), kForever); };
  const RawServer server(edge);
  const auto report = probe(server);
  EXPECT_EQ(report.stream.outcome, StreamOutcome::alive) << console(report);
  ASSERT_TRUE(report.heartbeat);
  ASSERT_TRUE(report.margin_s());
  EXPECT_LT(*report.margin_s(), 0.5);
  EXPECT_EQ(exit_code(report), 0);
}

TEST_F(ProbeIdleEdges, fail_a_heartbeat_that_comes_too_late_now_and_then) {
  options.longest_s = 200;
  Edge edge;
  edge.stream = [](Peer& peer) {
    if (beat(peer, milliseconds(50), milliseconds(200)) && !peer.readable_within(milliseconds(300))) { peer.fin(); }
    peer.wait_for_client_end();
  };
  const RawServer server(edge);
  const auto report = probe(server);
  EXPECT_TRUE(report.heartbeat) << console(report);
  EXPECT_TRUE(report.stream.cut);
  EXPECT_EQ(exit_code(report), 1);
}

TEST_F(ProbeIdleEdges, name_a_server_that_lets_its_clients_poll) {
  Edge edge;
  edge.stream = [](Peer& peer) {
    peer.send("d\r\nretry: 1000\n\n\r\n");
    if (!peer.readable_within(milliseconds(150))) { peer.send(kLastChunk); }
  };
  const RawServer server(edge);
  const auto report = probe(server);
  EXPECT_EQ(report.stream.outcome, StreamOutcome::server_closes) << console(report);
  EXPECT_EQ(report.stream.retry_ms, 1000u);
  EXPECT_NE(console(report).find("retry 1000 ms"), std::string::npos);
  EXPECT_EQ(exit_code(report), 0);
}

TEST_F(ProbeIdleEdges, name_streams_that_end_at_once) {
  Edge edge;
  edge.stream = [](Peer& peer) { peer.fin(); };
  const RawServer server(edge);
  options.longest_s = 200;
  options.resolution_s = 100;
  const auto report = probe(server);
  EXPECT_EQ(report.stream.outcome, StreamOutcome::at_once) << console(report);
  EXPECT_EQ(exit_code(report), 1);
}

TEST_F(ProbeIdleEdges, close_a_flood) {
  Edge edge;
  edge.stream = [](Peer& peer) {
    const std::string line(1024, 'x');
    while (peer.send(fmt::format("{:x}\r\n: {}\n\r\n", line.size() + 3, line))) {}
  };
  const RawServer server(edge);
  options.streams = 3;
  options.longest_s = 80;
  const auto report = probe(server);
  EXPECT_EQ(exit_code(report), 4) << console(report);
  ASSERT_FALSE(report.notes.empty());
  EXPECT_NE(report.notes.front().find("closed by us"), std::string::npos);
}

TEST_F(ProbeIdleEdges, say_that_every_connection_is_closed_after_its_response) {
  Edge edge;
  edge.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  const RawServer server(edge);
  options.longest_s = 80;
  const auto report = probe(server);
  EXPECT_EQ(report.keep_alive.outcome, KeepAliveOutcome::not_offered) << console(report);
  EXPECT_NE(console(report).find("every connection is closed after a response"), std::string::npos);
}

TEST_F(ProbeIdleEdges, stop_opening_where_the_endpoint_says_that_it_is_enough) {
  const Edge edge;
  const RawServer server(std::vector<RawServer::Script>{
      edge, edge, edge, edge, edge, edge, edge, edge, edge, edge, edge, edge, edge, edge, edge,
      RawServer::plays("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")});
  options.streams = 16;
  options.longest_s = 90;
  const auto report = probe(server);
  ASSERT_FALSE(report.notes.empty()) << console(report);
  EXPECT_NE(report.notes.front().find("HTTP 429"), std::string::npos) << report.notes.front();
  EXPECT_LT(report.stream.opened, 16u);
  EXPECT_EQ(report.stream.outcome, StreamOutcome::alive);
}

TEST_F(ProbeIdleEdges, refuse_what_is_no_stream_with_its_answer) {
  const auto answered = [&](std::string_view head, std::optional<Era> era) {
    const RawServer server(RawServer::plays(fmt::format("HTTP/1.1 {}\r\nContent-Length: 0\r\n\r\n", head)));
    options.era = era;
    const auto report = probe(server);
    EXPECT_EQ(exit_code(report), 3) << console(report);
    return verdict(report);
  };
  for (const auto era : {std::optional(Era::none), std::optional<Era>()}) {
    EXPECT_NE(answered("401 Unauthorized", era).find("credentials (HTTP 401)"), std::string::npos);
    EXPECT_NE(answered("403 Forbidden", era).find("credentials (HTTP 403)"), std::string::npos);
    EXPECT_NE(answered("429 Too Many Requests", era).find("try again later"), std::string::npos);
  }
  EXPECT_NE(answered("302 Found\r\nLocation: http://elsewhere.example/", Era::none).find("http://elsewhere.example/"),
            std::string::npos);
}

TEST_F(ProbeIdleEdges, give_up_an_endpoint_that_never_answers) {
  const RawServer server([](Peer& peer) { peer.wait_for_client_end(); });
  options.answer_timeout = milliseconds(50);
  const auto report = probe(server);
  EXPECT_EQ(exit_code(report), 3);
  ASSERT_TRUE(report.unreachable);
  EXPECT_EQ(report.unreachable->code, wire::ErrorCode::timeout);
}

TEST_F(ProbeIdleEdges, never_show_a_secret) {
  options.secrets = {"hunter2-hunter2"};
  const RawServer server(RawServer::plays(
      "HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/?key=hunter2-hunter2\r\nContent-Length: 0\r\n\r\n"));
  options.url = server.url("/events?key=hunter2-hunter2");
  const auto report = probe_idle(options, {}, stop);
  ASSERT_TRUE(report);
  EXPECT_EQ(console(*report).find("hunter2"), std::string::npos) << console(*report);
  EXPECT_EQ(json(*report).find("hunter2"), std::string::npos) << json(*report);
}

}  // namespace
}  // namespace weir::loadgen
