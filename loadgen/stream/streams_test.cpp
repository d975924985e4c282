#include "loadgen/stream/streams.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "loadgen/net/destination.hpp"
#include "loadgen/net/tls_context.hpp"
#include "wire/http/chunked.hpp"
#include "wire/testing/certificates.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::loadgen {
namespace {

using reports::load::Counter;
using reports::load::EndReason;
using reports::load::Gauge;
using reports::load::Open;
using reports::load::Timer;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using How = Channels::How;

constexpr std::int64_t kLongestWait = 20 * kSecond;

/// The other end of streams: connections accepted by the test itself.
class Listener {
 public:
  Listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const Address any = *to_address({"127.0.0.1", 0});
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&any.storage), any.length), 0);
    ::listen(fd_, 1024);
    address_.length = sizeof(address_.storage);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address_.storage), &address_.length);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { ::close(fd_); }
  const Address& address() const { return address_; }
  int accept() const { return ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC); }

 private:
  int fd_;
  Address address_;
};

struct KeepingOwner final : StreamOwner {
  void event(std::uint32_t slot, const wire::SseEventView& event, std::int64_t arrived_ns) override {
    heard.push_back(fmt::format("{}: {}", slot, event.data));
    last_arrived_ns = arrived_ns;
    if (on_event) { on_event(slot); }
  }
  void retry(std::uint32_t slot, std::uint64_t milliseconds) override {
    heard.push_back(fmt::format("{}: retry {}", slot, milliseconds));
  }
  void ended(std::uint32_t slot, EndReason reason) override {
    ends.push_back(fmt::format("{}: {}", slot, to_string(reason)));
    if (on_end) { on_end(slot); }
  }
  bool is_complete(std::uint32_t slot) const override { return complete.contains(slot); }
  std::set<std::uint32_t> complete;
  std::vector<std::string> heard, ends;
  std::int64_t last_arrived_ns = 0;
  std::function<void(std::uint32_t)> on_event, on_end;
};

class StreamsTest : public ::testing::Test {
 protected:
  StreamsTest() : loop(*Loop::make()), numbers(2) {
    observations.resize(2);
    for (std::size_t i = 0; i < 2; ++i) {
      observations[i].numbers = &numbers[i];
      observations[i].idle_cut_after = 3600 * kSecond;
    }
  }
  ~StreamsTest() override {
    for (const int peer : peers) {
      if (peer >= 0) { ::close(peer); }
    }
  }

  Streams& made() {
    if (!streams) { streams = std::make_unique<Streams>(loop, channels, owner, observations); }
    return *streams;
  }
  /// A connection whose far end is peers.back().
  Handover connection(Framing framing = Framing::chunked) {
    loop.run_once(0);
    Handover handover;
    const auto opened = channels.connect(listener.address(), nullptr);
    EXPECT_EQ(opened.failure, ConnectFailure::none);
    peers.push_back(listener.accept());
    pollfd ready{opened.channel.fd, POLLOUT, 0};
    EXPECT_EQ(::poll(&ready, 1, 20'000), 1);
    EXPECT_EQ(channels.connected(opened.channel), ConnectFailure::none);
    handover.channel = opened.channel;
    handover.framing = framing;
    handover.times.started_ns = handover.rest_at_ns = loop.now_ns();
    return handover;
  }
  void open(std::uint32_t slot, Framing framing = Framing::chunked, bool in_handshake = false) {
    ASSERT_TRUE(made().adopt(slot, 0, connection(framing), Continuity{}, in_handshake));
  }

  void open_tls(std::uint32_t slot, std::uint16_t port) {
    const TlsTarget target{*make_load_context("", true), "localhost", true};
    Handover handover;
    handover.channel = channels.connect(*to_address({"127.0.0.1", port}), nullptr).channel;
    const auto wait_for = [&](short events) {
      pollfd ready{handover.channel.fd, events, 0};
      ASSERT_EQ(::poll(&ready, 1, 20'000), 1);
    };
    wait_for(POLLOUT);
    ASSERT_TRUE(channels.begin_tls(handover.channel, target));
    for (Step step; (step = channels.handshake(handover.channel)) != Step::done;) {
      ASSERT_NE(step, Step::failed) << channels.tls_failure(handover.channel);
      wait_for(step == Step::want_read ? POLLIN : POLLOUT);
    }
    ASSERT_TRUE(made().adopt(slot, 0, std::move(handover), Continuity{}));
  }

  void send(int peer, std::string_view bytes) const {
    ASSERT_EQ(::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  void reset(int& peer) const {
    const linger now{1, 0};
    ::setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    ::close(std::exchange(peer, -1));
  }
  void fin(int& peer) const { ::close(std::exchange(peer, -1)); }

  template <class Until>
  void run_until(Until until) {
    const std::int64_t give_up_ns = monotonic_ns() + kLongestWait;
    while (!until() && monotonic_ns() < give_up_ns) {
      loop.run_once(monotonic_ns() + 5 * kMillisecond);
      made().tick(loop.now_ns());
    }
    EXPECT_TRUE(until());
  }
  void run_until_end() {
    run_until([&] { return !owner.ends.empty(); });
  }
  std::uint64_t ends(EndReason reason) const { return numbers[0].ends[static_cast<std::size_t>(reason)]; }

  Listener listener;
  Loop loop;
  Channels channels;
  KeepingOwner owner;
  std::vector<reports::load::PopulationNumbers> numbers;
  std::vector<Observation> observations;
  std::vector<int> peers;
  std::unique_ptr<Streams> streams;
};

const std::string kEvent = wire::encode_chunk("id: 41\ndata: hello\nretry: 5\n\n");

TEST_F(StreamsTest, says_who_is_silent_and_since_when) {
  open(0);
  open(1);
  const std::int64_t held_ns = loop.now_ns();
  streams->look(held_ns + 20 * kSecond);
  EXPECT_EQ(numbers[0][Gauge::streams_silent_30s], 0);
  EXPECT_GE(numbers[0][Open::byte_gap], 20 * kSecond);
  EXPECT_EQ(numbers[0][Open::heartbeat_gap], 0) << "there was none that could have ceased";
  streams->look(held_ns + 70 * kSecond);
  EXPECT_EQ(numbers[0][Gauge::streams_silent_30s], 2);
  EXPECT_EQ(numbers[0][Gauge::streams_silent_60s], 2);
  EXPECT_EQ(numbers[0][Gauge::streams_silent_120s], 0);
  EXPECT_EQ(numbers[1][Gauge::streams_silent_30s], 0);
  send(peers[0], "6\r\n: hi\n\n\r\n");
  run_until([&] { return numbers[0][Counter::heartbeats] == 1; });
  streams->look(loop.now_ns() + 40 * kSecond);
  EXPECT_GE(numbers[0][Open::heartbeat_gap], 40 * kSecond);
  streams->close(1);
  streams->look(loop.now_ns() + 40 * kSecond);
  EXPECT_EQ(numbers[0][Gauge::streams_silent_30s], 1);
}

TEST_F(StreamsTest, tells_an_end_after_the_answer_from_one_that_cut_the_stream_off) {
  open(0);
  open(1);
  owner.complete = {1};
  for (const int peer : peers) { send(peer, "0\r\n\r\n"); }
  run_until([&] { return owner.ends.size() == 2; });
  EXPECT_THAT(owner.ends, UnorderedElementsAre("0: clean_end", "1: completed"));
  EXPECT_EQ(numbers[0].drops(), 1u);
}

TEST_F(StreamsTest, holds_streams_and_hands_out_their_events) {
  observations[0].sequence_of_ids = true;
  open(0);
  open(7);
  send(peers[1], kEvent);
  run_until([&] { return owner.heard.size() == 2; });
  EXPECT_THAT(owner.heard, ElementsAre("7: retry 5", "7: hello"));
  EXPECT_EQ(made().count(), 2u);
  EXPECT_EQ(made().last_event_id(7), "41");
  EXPECT_EQ(made().continuity(7).last_sequence, 41);
  EXPECT_EQ(made().continuity(0).last_sequence, INT64_MIN);
  EXPECT_FALSE(made().held(1));
  EXPECT_LE(owner.last_arrived_ns, monotonic_ns());
}

TEST_F(StreamsTest, takes_bytes_that_came_with_the_head) {
  Handover handover = connection();
  handover.rest = kEvent + kEvent.substr(0, 5);
  ASSERT_TRUE(made().adopt(0, 0, std::move(handover), Continuity{}));
  EXPECT_THAT(owner.heard, ElementsAre("0: retry 5", "0: hello"));
  send(peers[0], kEvent.substr(5));
  run_until([&] { return owner.heard.size() == 4; });
}

TEST_F(StreamsTest, tells_of_an_end_within_the_bytes_that_came_with_the_head) {
  Handover handover = connection();
  handover.rest = kEvent + "0\r\n\r\n";
  ASSERT_TRUE(made().adopt(0, 0, std::move(handover), Continuity{}));
  EXPECT_THAT(owner.ends, ElementsAre("0: clean_end"));
  ASSERT_TRUE(made().adopt(0, 0, connection(Framing::length), Continuity{}));
  EXPECT_THAT(owner.ends, ElementsAre("0: clean_end", "0: clean_end"));
  EXPECT_EQ(made().count(), 0u);
}

TEST_F(StreamsTest, classes_every_end) {
  struct Case {
    Framing framing;
    std::string bytes;
    bool rst;
    EndReason reason;
  };
  const std::vector<Case> cases = {
      {Framing::chunked, kEvent + "0\r\n\r\n", false, EndReason::clean_end},
      {Framing::chunked, kEvent, false, EndReason::fin_no_terminator},
      {Framing::chunked, kEvent + "9\r\nhal", false, EndReason::fin_mid_chunk},
      {Framing::chunked, "", true, EndReason::rst},
      {Framing::close, "data: a\n\n", false, EndReason::close_delimited_eof},
      {Framing::chunked, "no chunk", false, EndReason::malformed},
  };
  for (const Case& one : cases) {
    owner.ends.clear();
    open(3, one.framing);
    send(peers.back(), one.bytes);
    one.rst ? reset(peers.back()) : fin(peers.back());
    run_until_end();
    EXPECT_THAT(owner.ends, ElementsAre(fmt::format("3: {}", to_string(one.reason))));
    EXPECT_EQ(ends(one.reason), 1u);
    EXPECT_FALSE(made().held(3));
  }
}

TEST_F(StreamsTest, reads_what_came_before_a_reset) {
  open(0);
  send(peers[0], kEvent);
  run_until([&] { return !owner.heard.empty(); });
  reset(peers[0]);
  run_until_end();
  EXPECT_THAT(owner.ends, ElementsAre("0: rst"));
  EXPECT_EQ(numbers[0].age[static_cast<std::size_t>(EndReason::rst)].count(), 1u);
}

TEST_F(StreamsTest, calls_an_end_after_silence_an_idle_cut) {
  observations[0].idle_cut_after = 30 * kMillisecond;
  open(0);
  run_until([&, after_ns = loop.now_ns() + 40 * kMillisecond] { return loop.now_ns() > after_ns; });
  fin(peers[0]);
  run_until_end();
  EXPECT_THAT(owner.ends, ElementsAre("0: idle_cut"));
  EXPECT_GE(numbers[0].idle_age[static_cast<std::size_t>(EndReason::idle_cut)].min(), 30'000'000u);
}

TEST_F(StreamsTest, gives_up_a_stream_that_is_silent_beyond_its_limit_with_a_reset) {
  observations[0].silence_limit = 50 * kMillisecond;
  open(0);
  const std::int64_t opened_ns = loop.now_ns();
  std::int64_t last_sent_ns = 0;
  run_until([&] {  // Bytes keep it alive for twice its limit.
    if (owner.ends.empty() && loop.now_ns() - last_sent_ns > 10 * kMillisecond) {
      send(peers[0], kEvent);
      last_sent_ns = loop.now_ns();
    }
    return loop.now_ns() - opened_ns > 100 * kMillisecond || !owner.ends.empty();
  });
  run_until_end();
  EXPECT_THAT(owner.ends, ElementsAre("0: half_open"));
  EXPECT_GE(numbers[0].idle_age[static_cast<std::size_t>(EndReason::half_open)].min(), 50'000'000u);
  char byte = 0;
  EXPECT_EQ(::recv(peers[0], &byte, 1, 0), -1);
  EXPECT_EQ(errno, ECONNRESET);
}

TEST_F(StreamsTest, counts_our_own_closing_without_telling_the_owner) {
  open(0);
  open(1);
  open(2);
  made().close(0);
  made().close(1, How::reset);
  made().close(2, How::orderly, false);
  made().close(2);
  EXPECT_EQ(ends(EndReason::client), 2u);
  EXPECT_TRUE(owner.ends.empty());
  EXPECT_EQ(made().count(), 0u);
  char byte = 0;
  EXPECT_EQ(::recv(peers[0], &byte, 1, 0), 0);
  EXPECT_EQ(::recv(peers[1], &byte, 1, 0), -1);
}

TEST_F(StreamsTest, counts_no_end_of_a_stream_that_never_got_through_its_handshake) {
  open(0, Framing::chunked, true);
  fin(peers[0]);
  run_until_end();
  EXPECT_EQ(ends(EndReason::fin_no_terminator), 0u);
  open(0, Framing::chunked, true);
  made().through(0);
  fin(peers[1]);
  run_until([&] { return owner.ends.size() == 2; });
  EXPECT_EQ(ends(EndReason::fin_no_terminator), 1u);
}

TEST_F(StreamsTest, hears_events_over_tls_and_its_close) {
  const auto server_context = wire::testing::make_server_context(wire::testing::make_identity({}));
  wire::testing::RawServer server([&](wire::testing::Peer& peer) {
    ASSERT_TRUE(peer.accept_tls(server_context.get()));
    std::string many;
    for (int i = 0; i < 2000; ++i) { many += kEvent; }
    peer.send(many);
    peer.close_notify();
    peer.wait_for_client_end();
  });
  open_tls(0, server.port());
  run_until_end();
  EXPECT_EQ(numbers[0][Counter::events], 2000u);
  EXPECT_THAT(owner.ends, ElementsAre("0: tls_close"));
}

TEST_F(StreamsTest, lets_others_have_their_turn_beside_a_flood_over_tls) {
  const auto server_context = wire::testing::make_server_context(wire::testing::make_identity({}));
  std::atomic<bool> flooding = true;
  wire::testing::RawServer server([&](wire::testing::Peer& peer) {
    ASSERT_TRUE(peer.accept_tls(server_context.get()));
    std::string many;
    while (many.size() < 200'000) { many += kEvent; }
    // Long enough for everybody else, however slow the machine.
    for (const std::int64_t stop_ns = monotonic_ns() + kLongestWait / 2; flooding && monotonic_ns() < stop_ns;) {
      peer.send(many);
    }
    flooding = false;
    peer.close_notify();
    peer.wait_for_client_end();
  });
  bool asked = false, heard_beside = false;
  owner.on_event = [&](std::uint32_t slot) {
    owner.heard.clear();
    if (slot == 0 && !std::exchange(asked, true)) {
      send(peers[0], kEvent);  // Now that the flood is being read.
    } else if (slot == 1) {
      heard_beside = flooding;
      flooding = false;
    }
  };
  open(1);
  open_tls(0, server.port());
  run_until_end();
  EXPECT_TRUE(heard_beside);
}

TEST_F(StreamsTest, can_be_closed_and_opened_anew_from_within_an_event) {
  open(0);
  owner.on_event = [&](std::uint32_t slot) {
    owner.on_event = nullptr;
    made().close(slot);
    Handover next = connection();
    next.rest = wire::encode_chunk("data: of the next\n\n");
    ASSERT_TRUE(made().adopt(slot, 1, std::move(next), Continuity{}));
  };
  send(peers[0], wire::encode_chunk("data: first\n\ndata: never heard\n\n") + "0\r\n\r\n");
  run_until([&] { return owner.heard.size() == 2; });
  EXPECT_THAT(owner.heard, ElementsAre("0: first", "0: of the next"));
  EXPECT_TRUE(made().held(0));
  EXPECT_TRUE(owner.ends.empty());
  send(peers[1], wire::encode_chunk("data: second\n\n"));
  run_until([&] { return owner.heard.size() == 3; });
  EXPECT_EQ(numbers[0][Counter::events], 1u);
  EXPECT_EQ(numbers[1][Counter::events], 2u);
}

TEST_F(StreamsTest, can_be_opened_anew_when_told_of_an_end) {
  open(0);
  owner.on_end = [&](std::uint32_t slot) {
    owner.on_end = nullptr;
    ASSERT_TRUE(made().adopt(slot, 0, connection(), Continuity{}));
  };
  send(peers[0], kEvent + "0\r\n\r\n");
  run_until_end();
  send(peers[1], kEvent);
  run_until([&] { return owner.heard.size() == 4; });
}

TEST_F(StreamsTest, goes_on_with_the_sequence_after_a_resume_only) {
  observations[0].sequence_of_ids = true;
  open(0);
  send(peers[0], wire::encode_chunk("id: 5\ndata: x\n\n"));
  run_until([&] { return owner.heard.size() == 1; });
  made().close(0);
  EXPECT_EQ(made().last_event_id(0), "5");
  Continuity resumed = made().continuity(0);
  resumed.resumed = true;
  Handover next = connection();
  next.rest = wire::encode_chunk("id: 5\ndata: x\n\nid: 8\ndata: x\n\n");
  ASSERT_TRUE(made().adopt(0, 0, std::move(next), resumed));
  made().close(0);
  EXPECT_EQ(numbers[0][Counter::events_repeated], 1u);
  EXPECT_EQ(numbers[0][Counter::events_lost], 2u);

  Handover fresh = connection();
  fresh.rest = wire::encode_chunk("id: 100\ndata: x\n\n");
  ASSERT_TRUE(made().adopt(0, 0, std::move(fresh), made().continuity(0)));
  made().close(0);
  EXPECT_EQ(numbers[0][Counter::events_lost], 2u);
  made().forget_continuity(0);
  EXPECT_EQ(made().last_event_id(0), "");
  EXPECT_EQ(made().continuity(0).last_sequence, INT64_MIN);
}

TEST_F(StreamsTest, goes_on_with_the_sequence_of_a_session_though_the_server_was_not_asked_to) {
  observations[0].sequence_of_ids = true;
  const auto take = [&](const Continuity& continuity, const char* id) {
    Handover next = connection();
    next.rest = wire::encode_chunk(std::string("data: x\nid: ") + id + "\n\n");
    ASSERT_TRUE(made().adopt(0, 0, std::move(next), continuity));
    made().close(0);
  };
  take({.last_sequence = 5, .same_session = true}, "8");
  EXPECT_EQ(numbers[0][Counter::events_lost], 2u);
  take({.last_sequence = 8, .same_session = true}, "1");
  EXPECT_EQ(numbers[0][Counter::reconnects_blind], 1u) << "a new numbering";
  take({.last_sequence = 2, .unknown = true}, "7");
  EXPECT_EQ(numbers[0][Counter::reconnects_blind], 2u);
  EXPECT_EQ(numbers[0][Counter::events_lost] + numbers[0][Counter::events_repeated], 2u);
}

TEST_F(StreamsTest, times_arrivals_by_the_kernel_and_not_by_its_own_lateness) {
  Handover handover = connection();
  pollfd readable{handover.channel.fd, POLLIN, 0};
  ASSERT_TRUE(made().adopt(0, 0, std::move(handover), Continuity{}));
  // The kernel begins to stamp a little after the first socket that asks for it.
  run_until([&, sent = std::size_t{0}]() mutable {
    if (owner.heard.size() < sent) { return false; }
    if (numbers[0][Timer::client_lag].count() > 0) { return true; }
    send(peers[0], wire::encode_chunk("data: x\n\n"));
    ++sent;
    return false;
  });
  owner.heard.clear();
  send(peers[0], wire::encode_chunk("data: on time\n\n"));
  ASSERT_EQ(::poll(&readable, 1, 20'000), 1);
  const std::int64_t there_ns = monotonic_ns();
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  run_until([&] { return std::find(owner.heard.begin(), owner.heard.end(), "0: on time") != owner.heard.end(); });
  EXPECT_LE(owner.last_arrived_ns, there_ns + 5 * kMillisecond);
  EXPECT_GE(numbers[0][Timer::client_lag].max(), static_cast<std::uint64_t>(55 * kMillisecond));
}

TEST_F(StreamsTest, is_fair_to_others_while_one_stream_floods) {
  open(0);
  open(1);
  std::string flood;
  while (flood.size() < 1 << 20) { flood += wire::encode_chunk(": " + std::string(1000, 'x') + "\n"); }
  std::jthread flooding([&, peer = peers[0]](const std::stop_token& stop) {
    while (!stop.stop_requested() && ::send(peer, flood.data(), flood.size(), MSG_NOSIGNAL) > 0) {}
  });
  run_until([&] { return numbers[0][Counter::heartbeats] > 100; });
  send(peers[1], kEvent);
  run_until([&] { return owner.heard.size() == 2; });
  flooding.request_stop();
  made().close(0, How::reset);
}

TEST_F(StreamsTest, takes_little_more_than_a_hundred_bytes_for_each_of_many_slots) {
  constexpr std::uint32_t kMany = 400;
  const std::size_t before = made().bytes();
  for (std::uint32_t slot = 0; slot < kMany; ++slot) {
    open(slot);
    send(peers.back(), kEvent);
  }
  run_until([&] { return numbers[0][Counter::events] == kMany; });
  EXPECT_EQ(made().count(), kMany);
  // One block of the slab holds 1024 slots.
  EXPECT_LT((made().bytes() - before) / 1024, 128u);
}

}  // namespace
}  // namespace weir::loadgen
