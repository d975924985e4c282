// HttpStream and Connection: what a caller does with one response, or with one connection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/http/http_client.hpp"
#include "wire/testing/gate.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using testing::chunk;
using ::testing::ElementsAre;
using testing::Gate;
using testing::get;
using testing::kLong;
using testing::kShort;
using testing::kSseHead;
using testing::Peer;
using testing::RawServer;
using testing::Recorder;

TEST(HttpStream, hands_out_items_in_stream_order) {
  const RawServer server(RawServer::plays(
      std::string(kSseHead) + chunk(": hi\n\nretry: 9\n\ndata: a\n\n: beat\n\nevent: x\ndata: b\n\n") + "0\r\n\r\n"));
  auto stream = HttpClient().open(get(server), Deadline::in(kLong));
  ASSERT_TRUE(stream) << stream.error().detail;
  EXPECT_TRUE(stream->wait_for_head(Deadline::in(0ms)));
  EXPECT_TRUE(std::holds_alternative<SseComment>(*stream->next_item(Deadline::in(kLong))));
  EXPECT_TRUE(std::holds_alternative<SseRetry>(*stream->next_item(Deadline::in(kLong))));
  EXPECT_EQ(stream->next_event(Deadline::in(kLong))->data, "a");
  EXPECT_EQ(stream->next_event(Deadline::in(kLong))->type, "x") << "comments are skipped";
  EXPECT_EQ(stream->next_item(Deadline::in(kLong)), std::nullopt);
  EXPECT_TRUE(stream->ended());
  EXPECT_EQ(std::move(*stream).finish().items.size(), 5U);
}

TEST(HttpStream, tells_a_passed_deadline_from_the_end) {
  Gate go_on;
  const RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send(std::string(kSseHead) + chunk("data: a\n\n"));
    go_on.wait();
    peer.send(chunk("data: b\n\n") + "0\r\n\r\n");
    peer.wait_for_client_end();
  });
  auto stream = HttpClient().open(get(server), Deadline::in(kLong));
  ASSERT_TRUE(stream) << stream.error().detail;
  ASSERT_TRUE(stream->next_event(Deadline::in(kLong)));
  EXPECT_EQ(stream->next_event(Deadline::in(kShort)), std::nullopt);
  EXPECT_FALSE(stream->ended());
  EXPECT_FALSE(stream->read_more(Deadline::in(kShort)));
  EXPECT_FALSE(stream->read_to_end(Deadline::in(kShort)));
  go_on.open();
  EXPECT_EQ(stream->next_event(Deadline::in(kLong))->data, "b");
  EXPECT_TRUE(stream->read_to_end(Deadline::in(kLong)));
  EXPECT_EQ(stream->exchange().end, EndClass::clean);
  EXPECT_FALSE(stream->read_more(Deadline::in(kLong)));
}

TEST(HttpStream, hands_out_what_has_come_even_after_the_deadline) {
  const RawServer server(RawServer::plays(std::string(kSseHead) + chunk("data: a\n\ndata: b\n\n") + "0\r\n\r\n"));
  auto stream = HttpClient().open(get(server), Deadline::in(kLong));
  ASSERT_TRUE(stream) << stream.error().detail;
  ASSERT_TRUE(stream->read_to_end(Deadline::in(kLong)));
  const Deadline past{Clock::now() - 1s};
  EXPECT_EQ(stream->next_event(past)->data, "a");
  EXPECT_EQ(stream->next_event(past)->data, "b");
}

TEST(HttpStream, closes_with_fin_and_says_that_it_was_us) {
  Recorder recorder;
  {
    const RawServer server([&](Peer& peer) {
      peer.read_request();
      peer.send(std::string(kSseHead) + chunk("data: a\n\n"));
      recorder.add(peer.wait_for_client_end() == Peer::ClientEnd::fin ? "fin" : "reset");
    });
    auto stream = HttpClient().open(get(server), Deadline::in(kLong));
    ASSERT_TRUE(stream) << stream.error().detail;
    stream->close();
    EXPECT_EQ(stream->exchange().end, EndClass::closed_by_us);
    EXPECT_EQ(stream->next_item(Deadline::in(0ms)).has_value(), !stream->exchange().items.empty());
    recorder.wait_for(1);
  }
  EXPECT_THAT(recorder.all(), ElementsAre("fin"));
}

TEST(HttpStream, resets_with_rst) {
  Recorder recorder;
  const RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send(std::string(kSseHead));
    recorder.add(peer.wait_for_client_end() == Peer::ClientEnd::fin ? "fin" : "reset");
  });
  auto stream = HttpClient().open(get(server), Deadline::in(kLong));
  ASSERT_TRUE(stream) << stream.error().detail;
  stream->reset();
  EXPECT_EQ(stream->exchange().end, EndClass::closed_by_us);
  EXPECT_THAT(recorder.wait_for(1), ElementsAre("reset"));
}

TEST(HttpStream, reads_on_after_it_has_shut_down_its_sending_side) {
  const RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send(std::string(kSseHead) + chunk("data: a\n\n"));
    peer.wait_for_client_end();
    peer.send(chunk("data: after\n\n") + "0\r\n\r\n");
    peer.fin();
  });
  auto stream = HttpClient().open(get(server), Deadline::in(kLong));
  ASSERT_TRUE(stream) << stream.error().detail;
  ASSERT_TRUE(stream->next_event(Deadline::in(kLong)));
  stream->shutdown_send();
  const auto after = stream->next_event(Deadline::in(kLong));
  ASSERT_TRUE(after);
  EXPECT_EQ(after->data, "after");
  EXPECT_TRUE(stream->read_to_end(Deadline::in(kLong)));
  EXPECT_EQ(stream->exchange().end, EndClass::clean);
}

TEST(HttpStream, begun_waits_for_its_head_while_another_stream_is_read) {
  Gate post_came;
  const std::vector<RawServer::Script> scripts = {[&](Peer& peer) {
                                                    peer.read_request();
                                                    peer.send(kSseHead);
                                                    post_came.wait();
                                                    peer.send(chunk("data: answer\n\n") + "0\r\n\r\n");
                                                    peer.wait_for_client_end();
                                                  },
                                                  [&](Peer& peer) {
                                                    peer.read_request();
                                                    post_came.open();
                                                    peer.wait_for_client_end();
                                                  }};
  const RawServer server(scripts);
  HttpClient client;
  auto stream = client.open(get(server, "/sse"), Deadline::in(kLong));
  ASSERT_TRUE(stream) << stream.error().detail;
  Request post = get(server, "/messages");
  post.method = "POST";
  post.body = "{}";
  auto begun = client.begin(post, Deadline::in(kLong));
  ASSERT_TRUE(begun) << begun.error().detail;
  EXPECT_GE(begun->exchange().timings.sent_us, 0);
  EXPECT_EQ(stream->next_event(Deadline::in(kLong))->data, "answer");
  EXPECT_FALSE(begun->wait_for_head(Deadline::in(kShort)));
  EXPECT_FALSE(begun->ended()) << "the deadline passed, it may be asked again";
}

TEST(HttpStream, receives_while_another_stream_of_the_client_is_waited_for) {
  Gate first_done;
  const std::vector<RawServer::Script> scripts = {
      [&](Peer& peer) {
        peer.read_request();
        peer.send(kSseHead);
        peer.send(chunk("data: a\n\n") + "0\r\n\r\n");
        peer.wait_for_client_end();
        first_done.open();
      },
      [&](Peer& peer) {
        peer.read_request();
        peer.send(kSseHead);
        first_done.wait();  // Opens only when the client has read the first stream to its end, and closed it.
        peer.send(chunk("data: b\n\n") + "0\r\n\r\n");
        peer.wait_for_client_end();
      }};
  const RawServer server(scripts);
  HttpClient client;
  auto first = client.open(get(server), Deadline::in(kLong));
  ASSERT_TRUE(first) << first.error().detail;
  auto second = client.open(get(server), Deadline::in(kLong));
  ASSERT_TRUE(second) << second.error().detail;
  ASSERT_TRUE(first->read_to_end(Deadline::in(kLong)));
  first->close();
  EXPECT_EQ(second->next_event(Deadline::in(kLong))->data, "b");
  EXPECT_EQ(first->exchange().end, EndClass::clean) << "it had ended before it was closed";
}

TEST(HttpStream, begun_ends_with_the_connection_before_a_head) {
  const std::vector<std::pair<RawServer::Script, EndClass>> cases = {
      {[](Peer& peer) { peer.read_request(); }, EndClass::fin_without_terminator},
      {[](Peer& peer) {
         peer.read_request();
         peer.rst();
       },
       EndClass::reset},
      {RawServer::plays("nonsense"), EndClass::malformed}};
  for (const auto& [script, end] : cases) {
    const RawServer server(script);
    auto begun = HttpClient().begin(get(server), Deadline::in(kLong));
    ASSERT_TRUE(begun) << begun.error().detail;
    EXPECT_FALSE(begun->wait_for_head(Deadline::in(kLong)));
    EXPECT_TRUE(begun->ended());
    EXPECT_EQ(begun->exchange().end, end);
    EXPECT_EQ(begun->exchange().head.status, 0);
    EXPECT_FALSE(begun->exchange().framing_notes.empty()) << "it says why";
  }
}

TEST(HttpStream, begun_does_not_follow_redirects) {
  const RawServer server(RawServer::plays("HTTP/1.1 307 Go\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"));
  auto begun = HttpClient().begin(get(server), Deadline::in(kLong));
  ASSERT_TRUE(begun) << begun.error().detail;
  ASSERT_TRUE(begun->wait_for_head(Deadline::in(kLong)));
  EXPECT_EQ(begun->exchange().head.status, 307);
}

void serve_many(Peer& peer) {
  for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
    const std::string line = request.substr(0, request.find("\r\n"));
    peer.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", line.size(), line));
  }
}

TEST(Connection, carries_several_requests_one_after_another) {
  std::atomic<int> connections = 0;
  const RawServer server([&](Peer& peer) {
    ++connections;
    serve_many(peer);
  });
  HttpClient client;
  auto connection = client.connect(server.url(), Deadline::in(kLong));
  ASSERT_TRUE(connection) << connection.error().detail;
  for (const char* path : {"/1", "/2", "/3"}) {
    EXPECT_TRUE(connection->reusable());
    const auto got = connection->exchange(get(server, path), Deadline::in(kLong));
    ASSERT_TRUE(got) << got.error().detail;
    EXPECT_EQ(got->body, fmt::format("GET {} HTTP/1.1", path));
    EXPECT_EQ(got->end, EndClass::clean);
  }
  EXPECT_EQ(connections, 1);
}

TEST(Connection, sends_raw_bytes_as_they_are) {
  Recorder recorder;
  const RawServer server([&](Peer& peer) {
    recorder.add(peer.read_request());
    peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  auto connection = HttpClient().connect(server.url(), Deadline::in(kLong));
  ASSERT_TRUE(connection) << connection.error().detail;
  const auto got = connection->exchange_raw("get / HTTP/9\r\nX : y\r\n\r\n", get(server), Deadline::in(kLong));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->head.status, 400);
  EXPECT_THAT(recorder.all(), ElementsAre("get / HTTP/9\r\nX : y\r\n\r\n"));
}

TEST(Connection, is_not_reusable_after_what_leaves_it_unusable) {
  for (const char* answer : {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                             "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nto the end",
                             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab", "nonsense"}) {
    const RawServer server(RawServer::plays(answer));
    auto connection = HttpClient().connect(server.url(), Deadline::in(kLong));
    ASSERT_TRUE(connection) << connection.error().detail;
    const auto first = connection->exchange(get(server), Deadline::in(kLong));
    EXPECT_EQ(first.has_value(), std::string_view(answer) != "nonsense");
    EXPECT_FALSE(connection->reusable()) << answer;
    const auto second = connection->exchange(get(server), Deadline::in(kLong));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::closed);
  }
}

TEST(Connection, stays_reusable_with_http_1_0_keep_alive) {
  const RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n");
    peer.wait_for_client_end();
  });
  auto connection = HttpClient().connect(server.url(), Deadline::in(kLong));
  ASSERT_TRUE(connection) << connection.error().detail;
  ASSERT_TRUE(connection->exchange(get(server), Deadline::in(kLong)));
  EXPECT_TRUE(connection->reusable());
}

}  // namespace
}  // namespace weir::wire
