// Whatever a caller waits for, its run's end, its memory and the machine's limits come first.
#include "wire/http/run_bounds.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <thread>

#include "wire/http/http_client.hpp"
#include "wire/testing/gate.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using testing::Gate;
using testing::get;
using ::testing::HasSubstr;
using testing::Peer;
using testing::RawServer;

constexpr auto kForEver = 1h;  // A test that waits so long is red by its time limit.

HttpClient within(RunBounds bounds) {
  ClientOptions options;
  options.run = std::move(bounds);
  return HttpClient(std::move(options));
}

TEST(RunBounds, end_a_wait_whose_own_deadline_is_later) {
  const RawServer silent([](Peer& peer) { peer.wait_for_client_end(); });
  auto client = within({.until = Deadline::in(50ms)});
  const auto got = client.exchange(get(silent), Deadline::in(kForEver));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::timeout);
}

TEST(RunBounds, end_a_wait_once_the_run_is_stopped) {
  Gate asked;
  const RawServer silent([&](Peer& peer) {
    peer.read_request();
    asked.open();
    peer.wait_for_client_end();
  });
  std::atomic<bool> stop{false};
  std::thread stopper([&] {
    asked.wait();
    stop = true;
  });
  auto client = within({.stop = &stop});
  const auto got = client.exchange(get(silent), Deadline::in(kForEver));
  stopper.join();
  EXPECT_FALSE(got);
}

TEST(RunBounds, close_what_is_still_read_when_the_run_is_over) {
  const RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    peer.wait_for_client_end();
  });
  std::atomic<bool> stop{false};
  auto client = within({.stop = &stop});
  auto stream = client.open(get(server), Deadline::in(kForEver));
  ASSERT_TRUE(stream) << stream.error().detail;
  stop = true;
  EXPECT_FALSE(stream->next_event(Deadline::in(kForEver)));
  EXPECT_EQ(stream->exchange().end, EndClass::closed_by_us);
}

TEST(RunBounds, end_a_pause) {
  std::atomic<bool> stop{true};
  RunBounds{.stop = &stop}.pause(kForEver);
  RunBounds{.until = Deadline::in(0ms)}.pause(kForEver);
}

TEST(RunBounds, receive_nothing_for_which_there_is_no_room) {
  const RawServer server(RawServer::plays("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
  auto client = within({.has_room = [] { return false; }});
  const auto got = client.exchange(get(server), Deadline::in(kForEver));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::limit_exceeded);
  EXPECT_THAT(got.error().detail, HasSubstr("memory of the run"));
}

TEST(RunBounds, end_a_body_that_finds_no_more_room) {
  const RawServer server([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 500000000\r\n\r\n");
    const std::string many(1'000'000, 'x');
    while (peer.send(many)) {}
  });
  bool room = true;
  auto client = within({.has_room = [&] { return room; }});
  auto stream = client.open(get(server), Deadline::in(kForEver));
  ASSERT_TRUE(stream) << stream.error().detail;
  room = false;
  EXPECT_TRUE(stream->read_to_end(Deadline::in(kForEver)));
  EXPECT_EQ(stream->exchange().end, EndClass::closed_by_us);
}

/// Leaves this process no further descriptor while it lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(lowest);
    const rlimit none{.rlim_cur = static_cast<rlim_t>(lowest), .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(RunBounds, remember_what_the_machine_lacked_and_how_to_raise_it) {
  const RawServer server(RawServer::plays("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  const auto shortages = std::make_shared<Shortages>();
  const auto began = Clock::now();
  auto client = within({.shortages = shortages});
  auto warm = client.connect(server.url(), Deadline::in(kForEver));  // Its event loop has what it needs.
  ASSERT_TRUE(warm) << warm.error().detail;
  // Sanitizers look at the class of an error with descriptors of their own, the first time that they meet it.
  EXPECT_EQ(client.connect(parse_url("http://127.0.0.1:1").value(), Deadline::in(kForEver)).error().code,
            ErrorCode::connect_refused);
  EXPECT_FALSE(shortages->since(began));
  const auto got = [&] {
    const NoDescriptors none;
    return client.exchange(get(server), Deadline::in(kForEver));
  }();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::shortage);
  EXPECT_THAT(got.error().detail, HasSubstr("ulimit -n"));
  ASSERT_TRUE(shortages->since(began));
  EXPECT_FALSE(shortages->since(Clock::now() + 1h));
}

TEST(RunBounds, make_connections_that_no_started_program_inherits) {
  const RawServer server([](Peer& peer) { peer.wait_for_client_end(); });
  HttpClient client;
  const auto connection = client.connect(server.url(), Deadline::in(kForEver));
  ASSERT_TRUE(connection) << connection.error().detail;
  int inherited = 0;
  for (int fd = 3; fd < 256; ++fd) {
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    const bool connected = ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0;
    inherited += connected && peer.sin_port == htons(server.port()) && (::fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0;
  }
  EXPECT_EQ(inherited, 0);
}

}  // namespace
}  // namespace weir::wire
