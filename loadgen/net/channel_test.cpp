#include "loadgen/net/channel.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <string>

#include "loadgen/net/destination.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::loadgen {
namespace {

using wire::testing::Peer;
using wire::testing::RawServer;
using What = Received::What;

Address local(std::uint16_t port, const std::string& ip = "127.0.0.1") { return *to_address({ip, port}); }

/// Waits for readiness without a loop of ours.
void wait_for(const Channel& channel, short events) {
  pollfd one{channel.fd, events, 0};
  ASSERT_EQ(::poll(&one, 1, 20'000), 1);
}

Channel connected(Channels& channels, const Address& to, const Address* from = nullptr) {
  auto opened = channels.connect(to, from);
  EXPECT_EQ(opened.failure, ConnectFailure::none);
  wait_for(opened.channel, POLLOUT);
  EXPECT_EQ(channels.connected(opened.channel), ConnectFailure::none);
  return opened.channel;
}

Received read_something(Channels& channels, const Channel& channel) {
  wait_for(channel, POLLIN);
  return channels.read(channel);
}

TEST(Channels, reads_what_was_sent) {
  RawServer server([](Peer& peer) {
    peer.send("hello");
    peer.wait_for_client_end();
  });
  Channels channels;
  Channel channel = connected(channels, local(server.port()));
  const Received got = read_something(channels, channel);
  EXPECT_EQ(got.what, What::bytes);
  EXPECT_EQ(got.bytes, "hello");
  EXPECT_FALSE(got.more);
  EXPECT_EQ(channels.read(channel).what, What::nothing);
  channels.close(channel);
  EXPECT_FALSE(channel.open());
}

TEST(Channels, knows_the_kernels_time_of_arrival) {
  RawServer server([](Peer& peer) {
    while (peer.send("hello")) { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }
  });
  Channels channels;
  Channel channel = connected(channels, local(server.port()));
  const std::int64_t before = realtime_ns();
  std::int64_t stamp = 0;
  for (int i = 0; i < 2'000 && stamp < before; ++i) {  // The kernel begins to stamp soon after the first socket asks.
    const Received got = read_something(channels, channel);
    ASSERT_EQ(got.what, What::bytes);
    stamp = got.kernel_realtime_ns;
  }
  EXPECT_GE(stamp, before);
  EXPECT_LE(stamp, realtime_ns());
  channels.close(channel);
}

TEST(Channels, tells_fin_from_reset) {
  RawServer server({[](Peer& peer) {
                      peer.fin();
                      peer.wait_for_client_end();
                    },
                    [](Peer& peer) { peer.rst(); }});
  Channels channels;
  Channel first = connected(channels, local(server.port()));
  EXPECT_EQ(read_something(channels, first).what, What::fin);
  channels.close(first);
  Channel second = channels.connect(local(server.port()), nullptr).channel;
  EXPECT_EQ(read_something(channels, second).what, What::reset);
  channels.close(second);
}

TEST(Channels, says_that_there_may_be_more_when_the_buffer_is_full) {
  const std::string much(3 * limits::kReadBytes, 'x');
  RawServer server([&](Peer& peer) {
    peer.send(much);
    peer.fin();
    peer.wait_for_client_end();
  });
  Channels channels;
  Channel channel = connected(channels, local(server.port()));
  std::size_t total = 0;
  for (Received got = read_something(channels, channel); got.what == What::bytes;
       got = read_something(channels, channel)) {
    EXPECT_EQ(got.more, got.bytes.size() == limits::kReadBytes);
    total += got.bytes.size();
  }
  EXPECT_EQ(total, much.size());
  channels.close(channel);
}

TEST(Channels, takes_a_part_of_a_large_write_and_the_rest_later) {
  wire::testing::Recorder recorder;
  RawServer server([&](Peer& peer) { recorder.add(peer.read_request()); });
  Channels channels;
  Channel channel = connected(channels, local(server.port()));
  const std::string request =
      "POST / HTTP/1.1\r\nContent-Length: 20000000\r\n\r\n" + std::string().append(20'000'000, 'b');
  std::string_view left = request;
  bool refused = false;
  while (!left.empty()) {
    const auto taken = channels.write(channel, left);
    ASSERT_GE(taken, 0);
    left.remove_prefix(static_cast<std::size_t>(taken));
    if (taken == 0) {
      refused = true;
      wait_for(channel, POLLOUT);
    }
  }
  EXPECT_TRUE(refused);
  EXPECT_EQ(recorder.wait_for(1), std::vector{request});
  channels.close(channel);
}

TEST(Channels, finds_a_broken_connection_when_it_writes) {
  RawServer server([](Peer& peer) { peer.rst(); });
  Channels channels;
  Channel channel = channels.connect(local(server.port()), nullptr).channel;
  wait_for(channel, POLLIN);
  EXPECT_EQ(channels.write(channel, "x"), -1);
  channels.close(channel);
}

TEST(Channels, closes_in_order_although_bytes_are_unread_and_resets_when_told_to) {
  wire::testing::Recorder recorder;
  const auto script = [&](Peer& peer) {
    peer.send("unread");
    recorder.add(peer.wait_for_client_end() == Peer::ClientEnd::reset ? "reset" : "fin");
  };
  RawServer server(script);
  Channels channels;
  Channel first = connected(channels, local(server.port()));
  wait_for(first, POLLIN);
  channels.close(first);
  EXPECT_EQ(recorder.wait_for(1), std::vector<std::string>{"fin"});
  Channel second = connected(channels, local(server.port()));
  wait_for(second, POLLIN);
  channels.close(second, Channels::How::reset);
  EXPECT_EQ(recorder.wait_for(2).back(), "reset");
}

TEST(Channels, names_a_refusal) {
  std::uint16_t port = 0;
  { port = RawServer(RawServer::plays("")).port(); }
  Channels channels;
  auto opened = channels.connect(local(port), nullptr);
  if (opened.failure == ConnectFailure::none) {
    wait_for(opened.channel, POLLOUT);
    opened.failure = channels.connected(opened.channel);
  }
  EXPECT_EQ(opened.failure, ConnectFailure::refused);
  channels.close(opened.channel);
}

TEST(Channels, connects_from_the_source_address_and_shares_its_ports_among_destinations) {
  RawServer a(RawServer::plays("")), b(RawServer::plays(""));
  Channels channels;
  const Address source = local(0, "127.0.0.77");
  Channel first = connected(channels, local(a.port()), &source);
  sockaddr_in name{};
  socklen_t size = sizeof(name);
  ::getsockname(first.fd, reinterpret_cast<sockaddr*>(&name), &size);
  EXPECT_EQ(ntohl(name.sin_addr.s_addr), 0x7f00004dU);
  const Address same_port = local(ntohs(name.sin_port), "127.0.0.77");
  EXPECT_EQ(channels.connect(local(a.port()), &same_port).failure, ConnectFailure::out_of_ports);
  channels.close(first);
}

TEST(Channels, names_a_source_that_this_machine_does_not_have) {
  Channels channels;
  const Address source = local(0, "203.0.113.1");
  EXPECT_EQ(channels.connect(local(9), &source).failure, ConnectFailure::unreachable);
}

TEST(Channels, names_the_limit_of_open_files) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  Channels channels;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto opened = channels.connect(local(9), nullptr);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(opened.failure, ConnectFailure::out_of_files);
  EXPECT_FALSE(opened.channel.open());
}

TEST(Channels, knows_what_the_kernel_means) {
  EXPECT_EQ(Channels::connect_failure(0), ConnectFailure::none);
  EXPECT_EQ(Channels::connect_failure(EADDRNOTAVAIL), ConnectFailure::out_of_ports);
  EXPECT_EQ(Channels::connect_failure(ENFILE), ConnectFailure::out_of_files);
  EXPECT_EQ(Channels::connect_failure(ETIMEDOUT), ConnectFailure::timeout);
  EXPECT_EQ(Channels::connect_failure(ENETUNREACH), ConnectFailure::unreachable);
  EXPECT_EQ(Channels::connect_failure(ECONNRESET), ConnectFailure::reset);
}

}  // namespace
}  // namespace weir::loadgen
