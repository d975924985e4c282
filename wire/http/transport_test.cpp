#include "wire/http/transport.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/testing/raw_server.hpp"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using testing::kLong;
using testing::Peer;
using testing::RawServer;

std::uint16_t closed_port() {
  const RawServer gone([](Peer&) {});
  return gone.port();
}

Result<Transport> connect(EventLoop& loop, std::vector<SocketAddress> addresses) {
  Transport::Milestones milestones;
  return Transport::connect(loop,
                            {.addresses = std::move(addresses),
                             .host = "many.example",
                             .where = "many.example:80",
                             .tls = nullptr,
                             .deadline = Deadline::in(kLong)},
                            milestones);
}

TEST(Transport, tries_one_address_after_another) {
  const RawServer server([](Peer& peer) { peer.wait_for_client_end(); });
  EventLoop loop;
  const auto transport = connect(
      loop, {{"127.0.0.1", closed_port()}, {"255.255.255.255", 9}, {"127.0.0.1", server.port()}, {"127.0.0.1", 9}});
  ASSERT_TRUE(transport) << transport.error().detail;
  EXPECT_EQ(transport->remote(), fmt::format("127.0.0.1:{}", server.port()));
}

TEST(Transport, tells_what_each_address_did_and_the_most_telling_code) {
  EventLoop loop;
  const auto transport = connect(loop, {{"255.255.255.255", 9}, {"127.0.0.1", closed_port()}});
  ASSERT_FALSE(transport);
  EXPECT_EQ(transport.error().code, ErrorCode::connect_refused);
  EXPECT_THAT(transport.error().detail,
              ::testing::MatchesRegex("cannot connect to many.example:80: 255.255.255.255:9 .*, "
                                      "127.0.0.1:[0-9]+ refuses the connection"));
}

TEST(Transport, sees_what_nobody_has_read) {
  testing::Recorder recorder;
  const RawServer server([&](Peer& peer) {
    peer.send("x");
    recorder.add("sent");
    peer.wait_for_client_end();
  });
  EventLoop loop;
  auto transport = connect(loop, {{"127.0.0.1", server.port()}});
  ASSERT_TRUE(transport) << transport.error().detail;
  recorder.wait_for(1);
  EXPECT_TRUE(transport->has_unread());
  std::string got;
  transport->read([&](std::string_view bytes, StreamEnd) { got = bytes; });
  EXPECT_TRUE(loop.run_until(Deadline::in(kLong), [&] { return !got.empty(); }));
  EXPECT_FALSE(transport->has_unread());
}

TEST(EventLoop, gives_up_at_the_deadline_and_at_once_where_nothing_is_under_way) {
  EventLoop loop;
  EXPECT_FALSE(loop.run_until(Deadline::in(kLong), [] { return false; }));
  EXPECT_TRUE(loop.run_until(Deadline::in(0ms), [] { return true; }));
}

}  // namespace
}  // namespace weir::wire
