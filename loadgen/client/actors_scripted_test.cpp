// What a server says, byte by byte, and what the client makes of it.
#include <gmock/gmock.h>

#include "loadgen/client/actors_fixture.hpp"
#include "wire/mcp/era.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::loadgen {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using wire::testing::Peer;
using wire::testing::RawServer;
using wire::testing::Recorder;

constexpr std::string_view kStream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
constexpr std::string_view kInitialized =
    R"({"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"s"}}})";

std::string response(std::string_view status, std::string_view body = {}, std::string_view fields = {}) {
  return fmt::format("HTTP/1.1 {}\r\n{}Connection: close\r\nContent-Length: {}\r\n\r\n{}", status, fields, body.size(),
                     body);
}
std::string json_response(std::string_view body, std::string_view fields = {}) {
  return response("200 OK", body, fmt::format("Content-Type: application/json\r\n{}", fields));
}
std::string sse_event(std::string_view data) { return fmt::format("data: {}\n\n", data); }

/// Every script keeps what it was asked.
struct ScriptedActors : ActorsFixture {
  RawServer::Script plays(std::string bytes) {
    return [this, bytes = std::move(bytes)](Peer& peer) {
      asked.add(peer.read_request());
      peer.send(bytes);
      peer.fin();
      peer.wait_for_client_end();
    };
  }
  RawServer::Script holds(std::string events) {
    return [this, events = std::move(events)](Peer& peer) {
      asked.add(peer.read_request());
      peer.send(std::string(kStream) + events);
      peer.wait_for_client_end();
    };
  }
  void serve(std::vector<RawServer::Script> scripts, StreamKind kind, std::string_view revision = {}) {
    server = std::make_unique<RawServer>(std::move(scripts));
    start(kind, server->url("/here"), revision);
    add(1);
  }
  void serve_streamable(std::vector<RawServer::Script> scripts) {
    serve(std::move(scripts), StreamKind::streamable_get, wire::mcp::k2025_11_25);
  }
  ~ScriptedActors() override {
    actors.reset();
    server.reset();
  }

  Recorder asked;
  std::unique_ptr<RawServer> server;
};

TEST_F(ScriptedActors, retry_after_is_waited_for) {
  serve({plays(response("503 Service Unavailable", {}, "Retry-After: 1\r\n")), holds("")}, StreamKind::plain_get);
  const std::int64_t from = monotonic_ns();
  ASSERT_TRUE(run_until_open(1));
  EXPECT_GE(monotonic_ns() - from, kSecond);
  EXPECT_EQ(failures(OpenFailure::http_503), 1U);
  EXPECT_EQ(count(Counter::retry_after_honoured), 1U);
}

TEST_F(ScriptedActors, a_429_is_waited_for_as_it_asks_and_within_the_handshake_too) {
  serve_streamable({plays(response("429 Too Many Requests", {}, "Retry-After: 1\r\n")),
                    plays(json_response(kInitialized)), plays(response("202 Accepted")),
                    plays(response("429 Too Many Requests", {}, "Retry-After: 1\r\n")), holds("")});
  const std::int64_t from = monotonic_ns();
  ASSERT_TRUE(run_until_open(1));
  EXPECT_GE(monotonic_ns() - from, 2 * kSecond);
  EXPECT_EQ(failures(OpenFailure::http_429), 2U);
  EXPECT_EQ(count(Counter::retry_after_honoured), 2U);
  EXPECT_EQ(count(Counter::sessions_opened), 1U) << "there is nothing wrong with the session";
}

TEST_F(ScriptedActors, the_servers_retry_is_waited_for_and_the_id_sent_back) {
  serve({plays(std::string(kStream) + "retry: 300\nid: seven\ndata: x\n\n"), holds("")}, StreamKind::plain_get);
  ASSERT_TRUE(run_until([&] { return ends(EndReason::close_delimited_eof) == 1; }));
  const std::int64_t from = monotonic_ns();
  ASSERT_TRUE(run_until_open(1));
  EXPECT_GE(monotonic_ns() - from, 300 * kMillisecond - 10 * kMillisecond);
  EXPECT_THAT(asked.wait_for(2)[1], HasSubstr("\r\nLast-Event-ID: seven\r\n"));
  EXPECT_EQ(count(Counter::reconnects_resumed), 1U);
  EXPECT_GE(all()[Timer::reconnect_duration].min(), static_cast<std::uint64_t>(290 * kMillisecond));
}

TEST_F(ScriptedActors, an_endpoint_that_offers_no_stream_is_named_once) {
  serve_streamable({plays(json_response(kInitialized)), plays(response("202 Accepted")),
                    plays(response("405 Method Not Allowed", {}, "Allow: POST\r\n"))});
  ASSERT_TRUE(run_until([&] { return failures(OpenFailure::not_a_stream) >= 3; }));
  EXPECT_THAT(notes, ElementsAre(HasSubstr("405")));
  EXPECT_EQ(count(Counter::sessions_opened), 1U) << "there is nothing wrong with the session";
}

TEST_F(ScriptedActors, a_server_without_sessions_is_opened_without) {
  serve_streamable({plays(json_response(kInitialized)), plays(response("202 Accepted")), holds("")});
  ASSERT_TRUE(run_until_open(1));
  EXPECT_THAT(asked.wait_for(3)[2], Not(HasSubstr("Mcp-Session-Id")));
  EXPECT_THAT(asked.wait_for(3)[2], HasSubstr("\r\nMCP-Protocol-Version: 2025-11-25\r\n"));
  actors->stop(monotonic_ns() + kSecond);
  EXPECT_TRUE(actors->stopped()) << "there is no session to DELETE";
}

TEST_F(ScriptedActors, an_initialize_may_be_answered_by_a_stream) {
  serve_streamable({plays(std::string(kStream) + ": hello\n\n" + sse_event(kInitialized)),
                    plays(response("202 Accepted")), holds("")});
  EXPECT_TRUE(run_until_open(1));
}

TEST_F(ScriptedActors, an_initialize_whose_stream_stays_open_behind_the_answer_is_answered) {
  plan.answer_timeout = 100 * kMillisecond;
  serve_streamable({holds(sse_event(kInitialized)), plays(response("202 Accepted")), holds("")});
  EXPECT_TRUE(run_until_open(1));
  EXPECT_EQ(all_failures(), 0U);
}

TEST_F(ScriptedActors, a_404_to_a_session_is_initialised_anew_at_once) {
  const std::string session = json_response(kInitialized, "Mcp-Session-Id: first\r\n");
  const std::string other = json_response(kInitialized, "Mcp-Session-Id: second\r\n");
  const std::string cut = std::string(kStream) + "id: 5\ndata: x\n\n";
  serve_streamable({plays(session), plays(response("202 Accepted")), plays(cut), plays(response("404 Not Found")),
                    plays(other), plays(response("202 Accepted")), holds("")});
  ASSERT_TRUE(run_until([&] { return count(Counter::reconnects_ok) == 1; }));
  const auto requests = asked.wait_for(7);
  EXPECT_THAT(requests[3], HasSubstr("\r\nMcp-Session-Id: first\r\nLast-Event-ID: 5\r\n"));
  EXPECT_THAT(requests[4], HasSubstr("\"initialize\""));
  EXPECT_THAT(requests[6], HasSubstr("\r\nMcp-Session-Id: second\r\n"));
  EXPECT_THAT(requests[6], Not(HasSubstr("Last-Event-ID")));
  EXPECT_EQ(count(Counter::sessions_lost), 1U);
  EXPECT_EQ(all_failures(), 0U);
}

TEST_F(ScriptedActors, a_400_for_an_old_session_leads_to_a_new_one) {
  const std::string session = json_response(kInitialized, "Mcp-Session-Id: first\r\n");
  serve_streamable({plays(session), plays(response("202 Accepted")), plays(std::string(kStream)),
                    plays(response("400 Bad Request")), plays(session), plays(response("202 Accepted")), holds("")});
  ASSERT_TRUE(run_until([&] { return count(Counter::reconnects_ok) == 1; }));
  EXPECT_EQ(failures(OpenFailure::http_4xx), 1U);
  EXPECT_EQ(count(Counter::reconnects_failed), 1U);
}

TEST_F(ScriptedActors, an_initialize_that_is_not_answered_rightly_is_a_failed_handshake) {
  serve_streamable({plays(json_response(R"({"jsonrpc":"2.0","id":2,"result":{}})")),
                    plays(json_response(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}})")),
                    plays(json_response(kInitialized, "Mcp-Session-Id: a b\r\n")), plays(json_response("<html>"))});
  ASSERT_TRUE(run_until([&] { return failures(OpenFailure::handshake) >= 4; }));
  EXPECT_EQ(all_failures(), failures(OpenFailure::handshake));
}

TEST_F(ScriptedActors, what_the_server_asks_is_answered_in_the_session) {
  const std::string asks = sse_event(R"({"jsonrpc":"2.0","id":"r-1","method":"roots/list"})") +
                           sse_event(R"([{"jsonrpc":"2.0","id":8,"method":"ping"},{"jsonrpc":"2.0","method":"x"}])");
  serve_streamable({plays(json_response(kInitialized, "Mcp-Session-Id: s-1\r\n")), plays(response("202 Accepted")),
                    holds(asks), plays(response("202 Accepted"))});
  ASSERT_TRUE(run_until([&] { return count(Counter::server_requests) == 2; }));
  const auto requests = asked.wait_for(5);
  for (std::size_t i = 3; i < 5; ++i) {
    EXPECT_THAT(requests[i], StartsWith("POST /here HTTP/1.1\r\n"));
    EXPECT_THAT(requests[i], HasSubstr("\r\nMcp-Session-Id: s-1\r\n"));
  }
  EXPECT_THAT(requests[3] + requests[4], HasSubstr(R"("id":"r-1","error":{"code":-32601)"));
  EXPECT_THAT(requests[3] + requests[4], HasSubstr(R"({"jsonrpc":"2.0","id":8,"result":{}})"));
}

TEST_F(ScriptedActors, http_sse_takes_an_answer_in_the_body_of_the_post_too) {
  serve({holds("event: endpoint\ndata: there?s=1\n\n"), plays(json_response(kInitialized)),
         plays(response("202 Accepted"))},
        StreamKind::http_sse_get, wire::mcp::k2024_11_05);
  ASSERT_TRUE(run_until_open(1));
  EXPECT_THAT(asked.wait_for(3)[1], StartsWith("POST /there?s=1 HTTP/1.1\r\n"));
  EXPECT_THAT(asked.wait_for(3)[2], HasSubstr("notifications/initialized"));
}

TEST_F(ScriptedActors, http_sse_takes_a_relative_endpoint_from_the_url_of_its_own_population) {
  server = std::make_unique<RawServer>(std::vector<RawServer::Script>{holds("event: endpoint\ndata: messages?s=1\n\n"),
                                                                      plays(json_response(kInitialized)),
                                                                      plays(response("202 Accepted"))});
  plan.stream = StreamKind::http_sse_get;
  plan.revision = wire::mcp::k2024_11_05;
  // Populations of one origin share what is known of it, and that is the first one's.
  const wire::Url first = server->url("/first/sse");
  destination = std::make_unique<Destination>(first, TlsTarget{}, std::vector<Address>{}, 0);
  destination->set_addresses({loopback(first.port)});
  start_all({{plan, destination.get(), 0, server->url("/second/sse")}});
  add(1);
  ASSERT_TRUE(run_until_open(1));
  EXPECT_THAT(asked.wait_for(3)[1], StartsWith("POST /second/messages?s=1 HTTP/1.1\r\n"));
}

TEST_F(ScriptedActors, http_sse_posts_to_its_own_origin_only) {
  serve({holds("event: endpoint\ndata: http://192.0.2.1:9/steal\n\n")}, StreamKind::http_sse_get,
        wire::mcp::k2024_11_05);
  ASSERT_TRUE(run_until([&] { return failures(OpenFailure::handshake) >= 2; }));
  EXPECT_THAT(notes, ElementsAre(HasSubstr("another origin")));
  for (const auto& request : asked.all()) { EXPECT_THAT(request, StartsWith("GET ")); }
  std::uint64_t counted = 0;
  for (const auto ended : all().ends) { counted += ended; }
  EXPECT_EQ(counted, 0U) << "what was never held cannot end";
}

TEST_F(ScriptedActors, http_sse_without_an_endpoint_event_fails_in_time) {
  plan.answer_timeout = 60 * kMillisecond;
  serve({holds("event: hello\ndata: world\n\n"), plays(std::string(kStream) + ": bye\n\n")}, StreamKind::http_sse_get,
        wire::mcp::k2024_11_05);
  ASSERT_TRUE(run_until([&] { return failures(OpenFailure::handshake) >= 2; }));
  EXPECT_EQ(count(Counter::streams_opened), 0U);
  EXPECT_EQ(ends(EndReason::client), 0U);
}

TEST_F(ScriptedActors, a_subscription_is_held_once_it_is_acknowledged) {
  const std::string acknowledged =
      R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{}})";
  plan.answer_timeout = 60 * kMillisecond;
  serve({holds(sse_event(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})")),
         plays(json_response(R"({"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"no"}})")),
         holds(sse_event(acknowledged))},
        StreamKind::listen, wire::mcp::k2026_07_28);
  ASSERT_TRUE(run_until_open(1));
  EXPECT_EQ(failures(OpenFailure::handshake), 1U);
  EXPECT_EQ(failures(OpenFailure::not_a_stream), 1U);
  EXPECT_THAT(asked.wait_for(3)[0], HasSubstr("\r\nMcp-Method: subscriptions/listen\r\n"));
}

TEST_F(ScriptedActors, a_session_without_a_stream_is_held_until_a_call_tells_that_it_is_gone) {
  const auto given = [](std::string_view id) {
    return json_response(kInitialized, fmt::format("Mcp-Session-Id: {}\r\n", id));
  };
  serve({plays(given("s-1")), plays(response("202 Accepted")), plays(given("s-2")), plays(response("202 Accepted")),
         plays(response("204 No Content"))},
        StreamKind::session, wire::mcp::k2025_11_25);
  ASSERT_TRUE(run_until_open(1));
  EXPECT_EQ(count(Counter::sessions_opened), 1U);
  const std::int64_t before_it_was_gone = monotonic_ns();
  actors->refused(actors->pick(0), 404, before_it_was_gone);
  EXPECT_EQ(ends(EndReason::session_lost), 1U);
  EXPECT_EQ(gauge(Gauge::streams_open), 0);
  ASSERT_TRUE(run_until_open(1));
  EXPECT_EQ(count(Counter::reconnects_ok), 1U);
  // The answer to another call of the session that is gone already.
  actors->refused(actors->pick(0), 404, before_it_was_gone);
  EXPECT_EQ(gauge(Gauge::streams_open), 1);
  run_for(10 * kMillisecond);
  EXPECT_EQ(count(Counter::invariant_broken), 0U);
  actors->stop(monotonic_ns() + 5 * kSecond);
  ASSERT_TRUE(run_until([&] { return actors->stopped(); }));
  EXPECT_EQ(ends(EndReason::client), 1U);
  EXPECT_EQ(count(Counter::streams_opened), 2U);
  const auto requests = asked.wait_for(5);
  EXPECT_THAT(requests[1], HasSubstr("\r\nMcp-Session-Id: s-1\r\n"));
  EXPECT_THAT(requests[2], Not(HasSubstr("Mcp-Session-Id")));
  EXPECT_THAT(requests[4], StartsWith("DELETE /here"));
  EXPECT_THAT(requests[4], HasSubstr("\r\nMcp-Session-Id: s-2\r\n"));
}

TEST_F(ScriptedActors, one_session_id_for_several_clients_is_told) {
  const std::string session = json_response(kInitialized, "Mcp-Session-Id: one\r\n");
  const std::string accepted = response("202 Accepted");
  serve({plays(session), plays(accepted), plays(session), plays(accepted)}, StreamKind::session,
        wire::mcp::k2025_11_25);
  ASSERT_TRUE(run_until([&] { return gauge(Gauge::streams_open) == 1; }));
  add(1);
  ASSERT_TRUE(run_until([&] { return gauge(Gauge::streams_open) == 2; }));
  actors->stop(0);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("2 clients were given the same session id")));
}

TEST_F(ScriptedActors, a_404_says_nothing_of_a_session_where_none_was_given) {
  serve({plays(json_response(kInitialized)), plays(response("202 Accepted"))}, StreamKind::session,
        wire::mcp::k2025_11_25);
  ASSERT_TRUE(run_until_open(1));
  actors->refused(actors->pick(0), 404, monotonic_ns());
  EXPECT_EQ(gauge(Gauge::streams_open), 1);
  EXPECT_EQ(count(Counter::sessions_lost), 0U);
}

TEST_F(ScriptedActors, a_call_that_was_cut_is_taken_up_where_it_stood) {
  plan.stream_call.tool = "slow";
  plan.stream_call.arguments = {{"n", "{{seq}}"}};
  const std::string begun = std::string(kStream) + "id: c-1\ndata: \n\n";
  const std::string last = sse_event(R"({"jsonrpc":"2.0","id":2,"result":{}})");
  const std::string answer = fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
      "{:x}\r\n{}\r\n0\r\n\r\n",
      last.size(), last);
  serve({plays(json_response(kInitialized)), plays(response("202 Accepted")), plays(begun), plays(answer), holds("")},
        StreamKind::streamable_post, wire::mcp::k2025_11_25);
  ASSERT_TRUE(run_until_opened(3));
  const auto requests = asked.wait_for(5);
  EXPECT_THAT(requests[2], HasSubstr(R"("id":2,"method":"tools/call","params":{"name":"slow","arguments":{"n":2}})"));
  EXPECT_THAT(requests[3], StartsWith("GET /here HTTP/1.1\r\n"));
  EXPECT_THAT(requests[3], HasSubstr("\r\nLast-Event-ID: c-1\r\n"));
  EXPECT_THAT(requests[4], HasSubstr(R"("id":3,"method":"tools/call")"));
  EXPECT_EQ(ends(EndReason::completed), 1U);
  EXPECT_EQ(count(Counter::reconnects_resumed), 1U);
}

TEST_F(ScriptedActors, a_redirect_and_a_page_are_no_stream) {
  serve({plays(response("302 Found", {}, "Location: /there\r\n")),
         plays(response("200 OK", "<html>", "Content-Type: text/html\r\n"))},
        StreamKind::plain_get);
  ASSERT_TRUE(run_until([&] { return failures(OpenFailure::not_a_stream) >= 1; }));
  EXPECT_EQ(failures(OpenFailure::http_3xx), 1U);
  EXPECT_THAT(notes, ElementsAre("what answers the opening of a stream is none: HTTP 200 text/html"));
}

}  // namespace
}  // namespace weir::loadgen
