#include "wire/http/http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>

#include "wire/testing/compress.hpp"
#include "wire/testing/gate.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using testing::chunk;
using testing::Gate;
using testing::get;
using ::testing::HasSubstr;
using testing::kLong;
using testing::kShort;
using testing::kSseHead;
using testing::Peer;
using testing::RawServer;
using testing::Recorder;
using ::testing::StartsWith;

constexpr std::string_view kChunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

Result<Exchange> exchange_with(RawServer::Script script) {
  const RawServer server(std::move(script));
  return HttpClient().exchange(get(server), Deadline::in(kLong));
}

Result<Exchange> answer_to(std::string bytes) { return exchange_with(RawServer::plays(std::move(bytes))); }

TEST(HttpClient, hands_out_head_body_and_end) {
  const auto got = answer_to("HTTP/1.1 201 Made It\r\nX-B: 1\r\nX-A: 2\r\nx-b: 3\r\nContent-Length: 5\r\n\r\nhello");
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->head.status, 201);
  EXPECT_EQ(got->head.reason, "Made It");
  EXPECT_EQ(got->head.version, 11);
  EXPECT_THAT(got->head.raw, StartsWith("HTTP/1.1 201 Made It\r\nX-B: 1\r\n"));
  EXPECT_EQ(got->head.headers.fields()[2], (Header{"x-b", "3"}));
  EXPECT_EQ(got->body, "hello");
  EXPECT_EQ(got->end, EndClass::clean);
  EXPECT_THAT(got->remote, StartsWith("127.0.0.1:"));
}

TEST(HttpClient, times_each_phase_in_order) {
  const auto got = answer_to(std::string(kSseHead) + chunk("data: x\n\n") + "0\r\n\r\n");
  ASSERT_TRUE(got) << got.error().detail;
  const auto& t = got->timings;
  EXPECT_LE(0, t.resolved_us);
  EXPECT_LE(t.resolved_us, t.connected_us);
  EXPECT_EQ(t.tls_us, -1);
  EXPECT_LE(t.connected_us, t.sent_us);
  EXPECT_LE(t.sent_us, t.head_us);
  EXPECT_LE(t.head_us, t.first_byte_us);
  EXPECT_LE(t.first_byte_us, t.first_event_us);
  EXPECT_LE(t.first_event_us, t.end_us);
  ASSERT_FALSE(got->arrivals.empty());
  EXPECT_EQ(got->arrivals.back().end_offset, got->body.size());
}

TEST(HttpClient, sends_one_whole_request) {
  Recorder recorder;
  const RawServer server([&](Peer& peer) {
    recorder.add(peer.read_request());
    peer.send("HTTP/1.1 204 No Content\r\n\r\n");
  });
  Request request = get(server, "/mcp?x");
  request.method = "POST";
  request.headers = {{"Accept", "a, b"}, {"Mcp-Method", "ping"}};
  request.body = "{}";
  std::vector<std::string> observed;
  HttpClient client({.user_agent = "weir-test"});
  client.on_request([&](const Request& sent) { observed.push_back(sent.method + " " + sent.url.target()); });
  const auto got = client.exchange(request, Deadline::in(kLong));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(recorder.all().front(),
            fmt::format("POST /mcp?x HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAccept: a, b\r\nMcp-Method: ping\r\n"
                        "User-Agent: weir-test\r\nContent-Length: 2\r\n\r\n{{}}",
                        server.port()));
  EXPECT_EQ(observed, std::vector<std::string>{"POST /mcp?x"});
  EXPECT_EQ(got->request.headers, request.headers) << "the exchange shows what the caller asked for";
}

TEST(HttpClient, tells_of_each_exchange_once_and_of_a_stream_that_outlives_it) {
  const RawServer server(RawServer::plays(std::string(kSseHead) + chunk("data: a\n\n") + "0\r\n\r\n"));
  std::vector<Exchange> told;
  std::optional<HttpStream> stream;
  {
    HttpClient client;
    client.on_done([&](const Exchange& done) { told.push_back(done); });
    auto opened = client.open(get(server), Deadline::in(kLong));
    ASSERT_TRUE(opened) << opened.error().detail;
    stream.emplace(std::move(*opened));
    EXPECT_TRUE(stream->read_to_end(Deadline::in(kLong)));
    EXPECT_TRUE(told.empty());
  }
  const Exchange got = std::move(*stream).finish();
  stream.reset();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.front().body, got.body);
  EXPECT_EQ(told.front().end, EndClass::clean);
  EXPECT_GT(told.front().connection, 0U);
}

TEST(HttpClient, takes_answers_that_come_byte_by_byte) {
  const auto got = exchange_with([](Peer& peer) {
    peer.read_request();
    peer.send_bytewise(std::string(kSseHead) + chunk("data: a\n\n") + chunk("data: b\n\n") + "0\r\n\r\n");
    peer.wait_for_client_end();
  });
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->end, EndClass::clean);
  EXPECT_EQ(got->items.size(), 2U);
}

TEST(HttpClient, classes_each_end_of_a_plain_connection) {
  const std::string head(kChunkedHead);
  const std::vector<std::pair<std::string, EndClass>> ends = {
      {head + chunk("abc") + "0\r\n\r\n", EndClass::clean},
      {head + chunk("abc"), EndClass::fin_without_terminator},
      {head + "3\r\nab", EndClass::fin_mid_chunk},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", EndClass::fin_mid_chunk},
      {"HTTP/1.1 200 OK\r\n\r\nabc", EndClass::close_delimited},
      {head + "xyz\r\n", EndClass::malformed}};
  for (const auto& [bytes, end] : ends) {
    const auto got = answer_to(bytes);
    ASSERT_TRUE(got) << got.error().detail;
    EXPECT_EQ(got->end, end) << bytes;
    EXPECT_GE(got->timings.end_us, 0);
  }
}

TEST(HttpClient, classes_a_reset_and_keeps_what_came_before) {
  Gate received;
  const RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send(std::string(kChunkedHead) + chunk("abc"));
    received.wait();
    peer.rst();
  });
  auto stream = HttpClient().open(get(server), Deadline::in(kLong));
  ASSERT_TRUE(stream) << stream.error().detail;
  ASSERT_TRUE(stream->exchange().body == "abc" || stream->read_more(Deadline::in(kLong)));
  received.open();
  EXPECT_TRUE(stream->read_to_end(Deadline::in(kLong)));
  EXPECT_EQ(stream->exchange().end, EndClass::reset);
  EXPECT_EQ(stream->exchange().body, "abc");
}

TEST(HttpClient, takes_an_open_body_at_the_deadline_for_no_error) {
  const auto got = [] {
    const RawServer server([](Peer& peer) {
      peer.read_request();
      peer.send(std::string(kChunkedHead) + chunk("abc"));
      peer.wait_for_client_end();
    });
    return HttpClient().exchange(get(server), Deadline::in(kShort));
  }();
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->end, EndClass::open);
  EXPECT_EQ(got->timings.end_us, -1);
  EXPECT_EQ(got->body, "abc");
}

TEST(HttpClient, stops_at_the_longest_body_allowed) {
  const RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    while (peer.send(std::string(1000, 'x'))) {}
  });
  const auto got = HttpClient({.max_body_bytes = 5000}).exchange(get(server), Deadline::in(kLong));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->body.size(), 5000U);
  EXPECT_EQ(got->end, EndClass::closed_by_us);
  ASSERT_FALSE(got->framing_notes.empty());
  EXPECT_THAT(got->framing_notes.back().what, HasSubstr("longer than 5000 bytes"));
}

TEST(HttpClient, reads_the_answer_of_a_peer_that_does_not_read_the_request) {
  const RawServer server([](Peer& peer) {
    peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    peer.fin();
    peer.wait_for_client_end();
  });
  Request request = get(server);
  request.method = "POST";
  request.body.assign(32U * 1024 * 1024, 'x');
  const auto got = HttpClient().exchange(request, Deadline::in(kLong));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->head.status, 413);
  EXPECT_EQ(got->body, "no");
  EXPECT_EQ(got->end, EndClass::clean);
  EXPECT_EQ(got->timings.sent_us, -1);
}

TEST(HttpClient, reads_the_answer_of_a_peer_that_resets_while_it_is_written_to) {
  const RawServer server([](Peer& peer) {
    peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    peer.close();  // With bytes unread, so the kernel sends RST.
  });
  Request request = get(server);
  request.method = "POST";
  request.body.assign(32U * 1024 * 1024, 'x');
  const auto got = HttpClient().exchange(request, Deadline::in(kLong));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->head.status, 413);
  EXPECT_EQ(got->body, "no");
}

TEST(HttpClient, decodes_compressed_events_as_they_come) {
  Gate first_seen;
  testing::Deflater gzip(testing::Wrapper::gzip);
  const RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n");
    peer.send(gzip.write("data: one\n\n"));
    first_seen.wait();
    peer.send(gzip.finish("data: two\n\n"));
    peer.fin();
    peer.wait_for_client_end();
  });
  auto stream = HttpClient().open(get(server), Deadline::in(kLong));
  ASSERT_TRUE(stream) << stream.error().detail;
  const auto one = stream->next_event(Deadline::in(kLong));
  ASSERT_TRUE(one);
  EXPECT_EQ(one->data, "one");
  first_seen.open();
  const auto two = stream->next_event(Deadline::in(kLong));
  ASSERT_TRUE(two);
  EXPECT_EQ(two->data, "two");
  EXPECT_EQ(stream->next_event(Deadline::in(kLong)), std::nullopt);
  EXPECT_EQ(stream->exchange().end, EndClass::close_delimited);
}

TEST(HttpClient, may_be_moved_and_outlived_by_its_streams) {
  const RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send(std::string(kSseHead) + chunk("data: a\n\n"));
    peer.wait_for_client_end();
  });
  std::optional<HttpStream> kept;
  {
    HttpClient first;
    HttpClient client(std::move(first));
    auto stream = client.open(get(server), Deadline::in(kLong));
    ASSERT_TRUE(stream) << stream.error().detail;
    kept.emplace(std::move(*stream));
  }
  EXPECT_TRUE(kept->next_event(Deadline::in(kLong)));
}

TEST(HttpClient, serves_several_threads_with_a_client_each) {
  const RawServer server(RawServer::plays("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      HttpClient client;
      for (int round = 0; round < 5; ++round) {
        const auto got = client.exchange(get(server), Deadline::in(kLong));
        good += got && got->body == "ok" ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) { thread.join(); }
  EXPECT_EQ(good, 20);
}

// One test for each error there can be instead of a head.

ErrorCode code_of(const Result<Exchange>& got) { return got ? ErrorCode::internal : got.error().code; }

TEST(HttpClientError, bad_input_is_refused_before_anything_is_sent) {
  const RawServer server([](Peer& peer) { peer.wait_for_client_end(); });
  Request request = get(server);
  request.headers.add("X", "a\r\nb");
  EXPECT_EQ(code_of(HttpClient().exchange(request, Deadline::in(kLong))), ErrorCode::bad_input);
  request = get(server);
  const auto bad_address = HttpClient({.connect_to = "localhost:80"}).exchange(request, Deadline::in(kLong));
  EXPECT_EQ(code_of(bad_address), ErrorCode::bad_input);
}

TEST(HttpClientError, a_name_without_address_is_named) {
  const Request request{.url = *parse_url("http://nowhere.invalid/")};
  const auto got = HttpClient().exchange(request, Deadline::in(kLong));
  EXPECT_EQ(code_of(got), ErrorCode::resolve_failed);
}

TEST(HttpClientError, a_port_without_listener_refuses) {
  std::uint16_t port = 0;
  {
    const RawServer gone([](Peer&) {});
    port = gone.port();
  }
  const Request request{.url = *parse_url(fmt::format("http://127.0.0.1:{}/", port))};
  const auto got = HttpClient().exchange(request, Deadline::in(kLong));
  ASSERT_EQ(code_of(got), ErrorCode::connect_refused);
  EXPECT_THAT(got.error().detail, HasSubstr(fmt::format("127.0.0.1:{} refuses the connection", port)));
}

TEST(HttpClientError, a_listener_that_takes_nobody_is_a_connect_timeout) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 0), 0);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::vector<int> fillers;  // With its queue full, Linux lets every further SYN fall.
  for (int i = 0; i < 4; ++i) {
    fillers.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    const int connected = ::connect(fillers.back(), reinterpret_cast<sockaddr*>(&address), size);
    ASSERT_TRUE(connected == 0 || errno == EINPROGRESS) << std::strerror(errno);
  }
  const Request request{.url = *parse_url(fmt::format("http://127.0.0.1:{}/", ntohs(address.sin_port)))};
  const auto got = HttpClient({.connect_timeout = kShort}).exchange(request, Deadline::in(kLong));
  EXPECT_EQ(code_of(got), ErrorCode::connect_timeout);
  EXPECT_EQ(code_of(HttpClient().exchange(request, Deadline::in(kShort))), ErrorCode::connect_timeout);
  for (const int filler : fillers) { ::close(filler); }
  ::close(listener);
}

TEST(HttpClientError, an_address_without_a_way_is_unreachable) {
  const Request request{.url = *parse_url("http://example.com/")};
  const auto got = HttpClient({.connect_to = "255.255.255.255:9"}).exchange(request, Deadline::in(kLong));
  EXPECT_EQ(code_of(got), ErrorCode::unreachable) << got.error().detail;
}

TEST(HttpClientError, silence_is_a_timeout) {
  const RawServer server([](Peer& peer) { peer.wait_for_client_end(); });
  const auto got = HttpClient().exchange(get(server), Deadline::in(kShort));
  ASSERT_EQ(code_of(got), ErrorCode::timeout);
  EXPECT_THAT(got.error().detail, HasSubstr("no response head from 127.0.0.1:"));
}

TEST(HttpClientError, half_a_head_is_a_timeout_that_shows_it) {
  const RawServer server([](Peer& peer) {
    peer.send("HTTP/1.1 200 OK\r\n");
    peer.wait_for_client_end();
  });
  const auto got = HttpClient().exchange(get(server), Deadline::in(kShort));
  ASSERT_EQ(code_of(got), ErrorCode::timeout);
  EXPECT_THAT(got.error().detail, HasSubstr("only 17 bytes of a response head"));
}

TEST(HttpClientError, an_end_before_the_head_is_told_by_its_kind) {
  const auto closed = answer_to("");
  ASSERT_EQ(code_of(closed), ErrorCode::closed);
  EXPECT_THAT(closed.error().detail, HasSubstr("before any byte of a response"));
  EXPECT_EQ(code_of(answer_to("HTTP/1.1 200 OK\r\nX: ")), ErrorCode::closed);
  const auto reset = exchange_with([](Peer& peer) {
    peer.read_request();
    peer.rst();
  });
  EXPECT_EQ(code_of(reset), ErrorCode::reset);
}

TEST(HttpClientError, a_head_that_is_none_is_shown) {
  const auto got = answer_to("220 smtp.example ESMTP\r\n");
  ASSERT_EQ(code_of(got), ErrorCode::malformed_head);
  EXPECT_THAT(got.error().detail, HasSubstr("220 smtp.example"));
}

TEST(HttpClientError, a_head_too_large_exceeds_a_limit) {
  const auto got = answer_to("HTTP/1.1 200 OK\r\nX: " + std::string(limits::kHeadBytes, 'x') + "\r\n\r\n");
  EXPECT_EQ(code_of(got), ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace weir::wire
