#include "wire/serve/server.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>

#include "wire/http/http_client.hpp"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr ListenOption kOption{"--ui", "--ui-public"};

Server serve(Answering answering) {
  auto listener = listen_at("127.0.0.1:0", Reach::loopback, kOption);
  EXPECT_TRUE(listener);
  return *Server::start(std::move(*listener), std::move(answering));
}

Request to(const Server& server, const std::string& path, const std::string& method = "GET") {
  Request request;
  request.method = method;
  request.url = *parse_url("http://" + server.address() + path);
  return request;
}

Result<Exchange> get(const Server& server, const std::string& path) {
  return HttpClient().exchange(to(server, path), Deadline::in(10s));
}

Descriptor connect_to(const Server& server) {
  const auto url = *parse_url("http://" + server.address());
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(url.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Descriptor made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return made;
}

void say(const Descriptor& socket, std::string_view text) {
  EXPECT_EQ(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
}

std::string hear_all(const Descriptor& socket) {
  std::string heard;
  std::array<char, 65536> block{};
  for (;;) {
    const ssize_t count = ::recv(socket.get(), block.data(), block.size(), 0);
    if (count <= 0) { return heard; }
    heard.append(block.data(), static_cast<std::size_t>(count));
  }
}

struct Feed {
  std::shared_ptr<EventFeed> feed = std::make_shared<EventFeed>(1 << 20);
  Served served() const {
    Served stream;
    stream.fields.set("Content-Type", "text/event-stream");
    stream.feed = feed;
    return stream;
  }
};

TEST(ReadAsked, needs_the_whole_head) {
  const std::string head = "GET /a/b?x=1&y HTTP/1.1\r\nHost: h\r\nAccept:  text/html \r\nno field\r\n\r\n";
  for (std::size_t size = 0; size < head.size(); ++size) {
    EXPECT_FALSE(read_asked(std::string_view(head).substr(0, size))) << size;
  }
  const auto asked = read_asked(head);
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->method, "GET");
  EXPECT_EQ(asked->path, "/a/b");
  EXPECT_EQ(asked->query, "x=1&y");
  EXPECT_EQ(asked->version, 11);
  EXPECT_EQ(asked->fields.get("accept"), "text/html");
  EXPECT_EQ(read_asked("GET / HTTP/1.0\n\n")->version, 10);
  EXPECT_EQ(read_asked("nonsense\r\n\r\n")->method, "");
}

TEST(Server, waits_with_an_answer_until_there_is_one) {
  std::atomic<bool> there{false};
  std::atomic<int> asked{0};
  Server server = serve([&](const Asked&) -> std::optional<Served> {
    ++asked;
    return there ? std::optional(Served::of("text/plain", "now")) : std::nullopt;
  });
  const auto waiting = connect_to(server);
  say(waiting, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  while (asked == 0) { std::this_thread::yield(); }
  there = true;
  server.wake();
  EXPECT_THAT(hear_all(waiting), HasSubstr("\r\n\r\nnow"));
}

TEST(Server, sends_large_answers_whole_to_who_reads_late) {
  const std::string large(8'000'000, 'x');
  const auto server = serve([&](const Asked&) { return Served::of("text/plain", large); });
  const auto late = connect_to(server);
  say(late, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto other = get(server, "/");
  ASSERT_TRUE(other) << other.error().detail;
  EXPECT_EQ(other->body, large);
  EXPECT_EQ(other->end, EndClass::clean);
  EXPECT_THAT(hear_all(late), ::testing::EndsWith(large));
}

TEST(Server, answers_who_closed_its_side_already) {
  const auto server = serve([](const Asked&) { return Served::of("text/plain", "there"); });
  const auto half = connect_to(server);
  say(half, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ::shutdown(half.get(), SHUT_WR);
  EXPECT_THAT(hear_all(half), HasSubstr("there"));
}

TEST(Server, tells_what_went_wrong_in_an_answer) {
  const auto server = serve([](const Asked&) -> std::optional<Served> { throw std::runtime_error("broken"); });
  const auto answer = get(server, "/");
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->head.status, 500);
  EXPECT_EQ(answer->body, "broken\n");
}

TEST(Server, streams_a_feed_to_its_end) {
  const Feed own;
  own.feed->publish("second", "1");
  Server server = serve([&](const Asked&) { return own.served(); });
  HttpClient client;
  auto stream = client.open(to(server, "/events"), Deadline::in(10s));
  ASSERT_TRUE(stream) << stream.error().detail;
  EXPECT_EQ(stream->next_event(Deadline::in(10s))->data, "1");
  own.feed->publish("second", "2");
  server.wake();
  EXPECT_EQ(stream->next_event(Deadline::in(10s))->data, "2");
  const auto counted = Deadline::in(10s);
  while (server.readers() != 1 && !counted.passed()) { std::this_thread::yield(); }
  EXPECT_EQ(server.readers(), 1U);
  own.feed->finish();
  server.wake();
  EXPECT_TRUE(stream->read_to_end(Deadline::in(10s)));
  EXPECT_EQ(stream->exchange().end, EndClass::clean);
  EXPECT_EQ(std::get<SseRetry>(stream->exchange().items.front()).milliseconds, 1000U);
}

TEST(Server, ends_a_feed_by_closing_where_the_reader_knows_no_chunks) {
  const Feed own;
  own.feed->publish("second", "1");
  own.feed->finish();
  const Server server = serve([&](const Asked&) { return own.served(); });
  const auto old = connect_to(server);
  say(old, "GET / HTTP/1.0\r\n\r\n");
  const std::string heard = hear_all(old);
  EXPECT_THAT(heard, ::testing::EndsWith("data: 1\n\n"));
  EXPECT_THAT(heard, ::testing::Not(HasSubstr("chunked")));
}

TEST(Server, waits_for_no_reader_and_keeps_little_for_it) {
  const Feed own;
  Server server = serve([&](const Asked&) { return own.served(); });
  const auto slow = connect_to(server);
  say(slow, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  HttpClient client;
  auto quick = client.open(to(server, "/"), Deadline::in(10s));
  ASSERT_TRUE(quick) << quick.error().detail;
  const std::string data(10'000, 'x');
  for (int i = 0; i < 500; ++i) {  // Five times what is kept.
    own.feed->publish("second", data);
    server.wake();
    ASSERT_TRUE(quick->next_event(Deadline::in(10s))) << i;
  }
  own.feed->finish();
  server.wake();
  const std::string heard = hear_all(slow);
  EXPECT_THAT(heard, HasSubstr("event: missed"));
  EXPECT_LT(heard.size(), 500 * data.size());
  EXPECT_THAT(heard, ::testing::EndsWith("0\r\n\r\n"));
}

TEST(Server, has_places_for_some_readers_and_still_answers_all_others) {
  const Feed own;
  Server server = serve(
      [&](const Asked& asked) { return asked.path == "/events" ? own.served() : Served::of("text/plain", "page"); });
  std::vector<Descriptor> readers;
  for (int i = 0; i < 32; ++i) {
    readers.push_back(connect_to(server));
    say(readers.back(), "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  while (server.readers() < 32) { std::this_thread::yield(); }
  const auto refused = get(server, "/events");
  ASSERT_TRUE(refused) << refused.error().detail;
  EXPECT_EQ(refused->head.status, 503);
  EXPECT_EQ(refused->head.headers.get("retry-after"), "5");
  std::vector<Descriptor> silent;
  for (int i = 0; i < 100; ++i) { silent.push_back(connect_to(server)); }
  EXPECT_EQ(get(server, "/")->body, "page");
  readers.clear();
  server.wake();
  while (server.readers() > 0) { std::this_thread::yield(); }
}

}  // namespace
}  // namespace weir::wire
