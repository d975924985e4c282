// Slots and their lives, on plain streams of the hub.
#include "loadgen/client/actors.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <chrono>
#include <thread>

#include "fixtures/hub/hub_fixture.hpp"
#include "loadgen/client/actors_fixture.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::loadgen {
namespace {

using fixtures::hub::RunningHub;
using fixtures::hub::start_hub;
using fixtures::hub::with_fault;
using ::testing::IsEmpty;
using wire::testing::Peer;
using wire::testing::RawServer;
using Hub = fixtures::hub::Counter;

struct PlainActors : ActorsFixture {
  void start_plain(const RunningHub& hub) { start(StreamKind::plain_get, *wire::parse_url(hub.origin() + "/events")); }
  bool comes_back(const RunningHub& hub) {
    start_plain(hub);
    add(3);
    return run_until([&] { return count(Counter::reconnects_ok) >= 6; });
  }
};

TEST_F(PlainActors, a_stream_is_opened_and_held) {
  const auto hub = start_hub();
  start_plain(hub);
  actors->add(0, monotonic_ns());
  EXPECT_EQ(actors->wanted(0), 1);
  ASSERT_TRUE(run_until_open(1));
  EXPECT_EQ(count(Counter::opens_intended), 1U);
  EXPECT_EQ(count(Counter::streams_opened), 1U);
  EXPECT_EQ(count(Counter::reconnects_ok), 0U);
  EXPECT_EQ(gauge(Gauge::streams_opening), 0);
  EXPECT_EQ(timed(ConnectPhase::tcp), 1U);
  EXPECT_EQ(timed(ConnectPhase::tls), 0U);
  EXPECT_EQ(timed(ConnectPhase::headers), 1U);
  EXPECT_EQ(all()[Timer::schedule_lag].count(), 1U);
  EXPECT_TRUE(run_until([&] { return hub.count(Hub::streams_open) == 1; }));
}

TEST_F(PlainActors, a_hundred_at_once_though_few_may_open_together) {
  const auto hub = start_hub();
  opening_at_once = 7;
  start_plain(hub);
  add(100);
  std::int64_t most = 0;
  ASSERT_TRUE(run_until([&] {
    most = std::max(most, gauge(Gauge::streams_opening));
    return gauge(Gauge::streams_open) == 100;
  }));
  EXPECT_LE(most, 7);
  EXPECT_EQ(all()[Timer::schedule_lag].count(), 100U);
  EXPECT_TRUE(run_until([&] { return hub.count(Hub::streams_open) == 100; }));
}

TEST_F(PlainActors, a_late_open_shows_as_schedule_lag) {
  const auto hub = start_hub();
  start_plain(hub);
  actors->add(0, monotonic_ns() - 3 * kSecond);
  ASSERT_TRUE(run_until_open(1));
  EXPECT_GE(all()[Timer::schedule_lag].min(), static_cast<std::uint64_t>(3 * kSecond));
}

TEST_F(PlainActors, the_wait_for_a_place_among_slow_opens_is_no_lag_of_ours) {
  const RawServer server([](Peer& peer) {
    peer.read_request();
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n: hi\n\n");
    peer.wait_for_client_end();
  });
  opening_at_once = 1;
  start(StreamKind::plain_get, server.url("/"));
  add(2);
  ASSERT_TRUE(run_until([&] { return all()[Timer::open_queue].count() == 2; }));
  const auto queue = all()[Timer::open_queue], lag = all()[Timer::schedule_lag];
  EXPECT_GE(queue.max(), static_cast<std::uint64_t>(600 * kMillisecond));
  ASSERT_EQ(lag.count(), 2U);
  // Both began as soon as they might: what is left is what this process took for a turn of its loop.
  EXPECT_LT(lag.max() + queue.max(), static_cast<std::uint64_t>(20 * kSecond));
  EXPECT_LT(lag.max(), queue.max());
  actors.reset();
}

TEST_F(PlainActors, whoever_waited_long_for_nothing_when_the_run_ends_is_a_failure) {
  const RawServer server([](Peer& peer) { peer.wait_for_client_end(); });
  start(StreamKind::plain_get, server.url("/"));
  add(1);
  run_for(kSecond + 100 * kMillisecond);
  add(1);
  turn();
  actors->stop(monotonic_ns() + kSecond);
  EXPECT_EQ(failures(OpenFailure::unfinished), 1U) << "the second one had no time";
  EXPECT_EQ(all_failures(), 1U);
}

TEST_F(PlainActors, a_stream_that_does_not_come_back_is_away_for_as_long_as_it_is) {
  const auto hub = start_hub();
  plan.reconnect.base = plan.reconnect.cap = 3600 * kSecond;
  start_plain(hub);
  add(1);
  ASSERT_TRUE(run_until_open(1));
  actors->drop_all(Channels::How::orderly);
  run_for(kSecond + 200 * kMillisecond);
  actors->look(loop.now_ns());
  EXPECT_GT(all()[Open::reconnect], kSecond);
  actors->stop(monotonic_ns() + kSecond);
  EXPECT_EQ(all()[Timer::reconnect_duration].count(), 1U);
  EXPECT_GT(all()[Timer::reconnect_duration].max(), static_cast<std::uint64_t>(kSecond));
}

TEST_F(PlainActors, removing_takes_who_has_no_stream_first) {
  const auto hub = start_hub();
  start_plain(hub);
  add(2);
  ASSERT_TRUE(run_until_open(2));
  add(1);
  actors->remove(0);
  EXPECT_EQ(gauge(Gauge::streams_open), 2);
  EXPECT_EQ(actors->wanted(0), 2);
  actors->remove(0);
  EXPECT_EQ(gauge(Gauge::streams_open), 1);
  EXPECT_EQ(ends(EndReason::client), 1U);
  actors->remove(0);
  actors->remove(0);
  EXPECT_EQ(actors->wanted(0), 0);
  EXPECT_TRUE(run_until([&] { return hub.count(Hub::streams_open) == 0; }));
}

TEST_F(PlainActors, slots_are_used_again) {
  const auto hub = start_hub();
  start_plain(hub);
  for (int round = 0; round < 3; ++round) {
    add(10);
    ASSERT_TRUE(run_until_open(10));
    EXPECT_LT(actors->pick(0), 10U);
    for (int i = 0; i < 10; ++i) { actors->remove(0); }
    EXPECT_EQ(actors->pick(0), UINT32_MAX);
  }
  EXPECT_EQ(count(Counter::streams_opened), 30U);
}

TEST_F(PlainActors, churn_puts_a_new_stream_in_the_place_of_another) {
  const auto hub = start_hub();
  start_plain(hub);
  add(4);
  ASSERT_TRUE(run_until_open(4));
  actors->churn(0);
  EXPECT_EQ(gauge(Gauge::streams_open), 3);
  ASSERT_TRUE(run_until_open(4));
  EXPECT_EQ(count(Counter::opens_intended), 5U);
  EXPECT_EQ(count(Counter::streams_opened), 5U);
  EXPECT_EQ(count(Counter::reconnects_ok), 0U);
  EXPECT_EQ(ends(EndReason::client), 1U);
  EXPECT_EQ(heard.lost.size(), 1U);
}

TEST_F(PlainActors, everybody_drops_and_comes_back) {
  for (const auto how : {Channels::How::orderly, Channels::How::reset}) {
    const auto hub = start_hub();
    start_plain(hub);
    add(20);
    ASSERT_TRUE(run_until_open(20));
    actors->drop_all(how);
    EXPECT_EQ(gauge(Gauge::streams_open), 0);
    EXPECT_EQ(gauge(Gauge::streams_waiting), 20);
    ASSERT_TRUE(run_until_open(20));
    EXPECT_EQ(count(Counter::reconnects_ok), 20U);
    EXPECT_EQ(ends(EndReason::client), 20U);
    EXPECT_EQ(all()[Timer::reconnect_duration].count(), 20U);
    actors.reset();
  }
}

TEST_F(PlainActors, a_drop_of_many_is_spread_over_turns_and_takes_each_once) {
  const auto hub = start_hub();
  plan.reconnect.base = plan.reconnect.cap = kMillisecond;  // Those that are back are not dropped again.
  start_plain(hub);
  add(700);
  ASSERT_TRUE(run_until_open(700));
  actors->drop_all(Channels::How::orderly);
  EXPECT_GT(gauge(Gauge::streams_open), 0);
  EXPECT_LE(actors->next_ns(), loop.now_ns()) << "the rest does not wait";
  ASSERT_TRUE(run_until([&] { return count(Counter::reconnects_ok) == 700; }));
  EXPECT_EQ(ends(EndReason::client), 700U);
  EXPECT_EQ(count(Counter::streams_opened), 1400U);
}

TEST_F(PlainActors, stopping_leaves_nothing_behind) {
  const auto hub = start_hub();
  start_plain(hub);
  add(30);
  ASSERT_TRUE(run_until_open(30));
  add(5);
  actors->tick(monotonic_ns());
  actors->stop(monotonic_ns() + 5 * kSecond);
  ASSERT_TRUE(run_until([&] { return actors->stopped(); }));
  EXPECT_EQ(ends(EndReason::client), 30U);
  EXPECT_EQ(gauge(Gauge::streams_open) + gauge(Gauge::streams_opening) + gauge(Gauge::streams_waiting), 0);
  EXPECT_EQ(exchanges.under_way(), 0U);
  EXPECT_TRUE(run_until([&] { return hub.count(Hub::streams_open) == 0; }));
  add(1);
  run_for(20 * kMillisecond);
  EXPECT_EQ(actors->wanted(0), 0);
}

TEST_F(PlainActors, ends_of_every_kind_bring_them_back) {
  for (const char* fault : {"reset-after=60", "cut-mid-chunk=60", "cut-after=60", "end-after=60"}) {
    const auto hub = start_hub(with_fault(fault));
    EXPECT_TRUE(comes_back(hub)) << fault;
    EXPECT_EQ(count(Counter::invariant_broken), 0U) << fault;
    EXPECT_EQ(ends(EndReason::client), 0U) << fault;
    EXPECT_EQ(gauge(Gauge::streams_open) + gauge(Gauge::streams_opening) + gauge(Gauge::streams_waiting), 3) << fault;
    actors.reset();
  }
}

TEST_F(PlainActors, a_half_open_peer_is_given_up) {
  fixtures::hub::Options options = with_fault("stall-after=50");
  options.heartbeat_ms = 10;
  const auto hub = start_hub(options);
  plan.silence_limit = 150 * kMillisecond;
  EXPECT_TRUE(comes_back(hub));
  EXPECT_GE(ends(EndReason::half_open), 3U);
  EXPECT_EQ(count(Counter::invariant_broken), 0U);
}

TEST_F(PlainActors, a_stream_goes_on_after_its_last_event) {
  fixtures::hub::Options options = with_fault("cut-after=150");
  options.rate = 50;
  options.replay = 100;
  const auto hub = start_hub(options);
  EXPECT_TRUE(comes_back(hub));
  EXPECT_GT(count(Counter::reconnects_resumed), 0U);
  EXPECT_GT(hub.count(Hub::streams_resumed), 0U);
  EXPECT_EQ(count(Counter::events_lost), 0U);
}

TEST_F(PlainActors, nobody_is_asked_to_resume_where_the_scenario_does_not_want_it) {
  fixtures::hub::Options options = with_fault("cut-after=100");
  options.rate = 50;
  const auto hub = start_hub(options);
  plan.reconnect.resume = false;
  EXPECT_TRUE(comes_back(hub));
  EXPECT_EQ(count(Counter::reconnects_resumed), 0U);
  EXPECT_EQ(hub.count(Hub::streams_resumed), 0U);
}

TEST_F(PlainActors, without_reconnect_an_end_is_the_end) {
  const auto hub = start_hub(with_fault("cut-after=30"));
  plan.reconnect.enabled = false;
  start_plain(hub);
  add(2);
  ASSERT_TRUE(run_until_opened(2));
  ASSERT_TRUE(run_until_open(0));
  run_for(60 * kMillisecond);
  EXPECT_EQ(count(Counter::streams_opened), 2U);
  EXPECT_EQ(actors->wanted(0), 2);
  EXPECT_EQ(count(Counter::invariant_broken), 0U);
}

TEST_F(PlainActors, a_port_on_which_nobody_listens_is_backed_off_from) {
  const auto hub = start_hub(with_fault("refuse-connections"));
  start_plain(hub);
  add(10);
  ASSERT_TRUE(run_until([&] { return failures(OpenFailure::refused) >= 30; }));
  EXPECT_EQ(count(Counter::streams_opened), 0U);
  EXPECT_EQ(count(Counter::reconnects_failed), 0U) << "none of them was ever held";
  EXPECT_EQ(count(Counter::invariant_broken), 0U);
}

TEST_F(PlainActors, a_server_without_a_word_times_out) {
  const auto hub = start_hub(with_fault("no-head"));
  plan.answer_timeout = 50 * kMillisecond;
  start_plain(hub);
  add(2);
  ASSERT_TRUE(run_until([&] { return failures(OpenFailure::head_timeout) >= 4; }));
}

TEST_F(PlainActors, a_name_without_address_is_a_failure_of_its_own) {
  const auto hub = start_hub();
  start_plain(hub);
  Destination nowhere(destination->url(), TlsTarget{}, {}, 0);
  std::swap(*destination, nowhere);
  add(1);
  ASSERT_TRUE(run_until([&] { return failures(OpenFailure::dns) >= 2; }));
  destination->set_addresses({loopback(hub.port())});
  EXPECT_TRUE(run_until_open(1));
}

TEST_F(PlainActors, several_addresses_are_taken_in_turn) {
  const auto one = start_hub();
  const auto two = start_hub();
  addresses = {loopback(one.port()), loopback(two.port())};
  start_plain(one);
  add(20);
  ASSERT_TRUE(run_until_open(20));
  EXPECT_TRUE(run_until([&] { return one.count(Hub::streams_open) == 10; }));
  EXPECT_TRUE(run_until([&] { return two.count(Hub::streams_open) == 10; }));
}

TEST_F(PlainActors, an_address_that_is_dead_does_not_keep_anybody_out) {
  const auto dead = start_hub(with_fault("refuse-connections"));
  const auto alive = start_hub();
  addresses = {loopback(dead.port()), loopback(alive.port())};
  start_plain(alive);
  add(10);
  EXPECT_TRUE(run_until_open(10));
}

TEST_F(PlainActors, a_lost_call_back_costs_time_and_not_the_slot) {
  const auto hub = start_hub(with_fault("no-head"));
  plan.connect_timeout = 20 * kMillisecond;
  plan.answer_timeout = 20 * kMillisecond;
  start_plain(hub);
  add(1);
  ASSERT_TRUE(run_until([&] { return exchanges.under_way() == 1; }));
  for (std::uint32_t id = 0; id < 16; ++id) { exchanges.cancel(id); }
  ASSERT_EQ(exchanges.under_way(), 0U);
  EXPECT_TRUE(run_until([&] { return failures(OpenFailure::head_timeout) == 1; }));
  EXPECT_TRUE(run_until([&] { return exchanges.under_way() == 1; }));
}

TEST_F(PlainActors, an_idle_stream_costs_less_than_192_bytes) {
  const auto hub = start_hub();
  opening_at_once = 64;
  start_plain(hub);
  constexpr int kFew = 512;  // The columns grow in steps; below the first ones the slope would say little.
  constexpr int kMore = 2'048;
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  add(kFew);
  ASSERT_TRUE(run_until_open(kFew));
  const std::size_t before = actors->bytes();
  add(kMore);
  ASSERT_TRUE(run_until_open(kFew + kMore));
  EXPECT_LT((actors->bytes() - before) / kMore, 192U);
  EXPECT_GT((actors->bytes() - before) / kMore, 48U);
}

TEST_F(PlainActors, picks_rotate_over_the_held) {
  const auto hub = start_hub();
  start_plain(hub);
  EXPECT_EQ(actors->pick(0), UINT32_MAX);
  add(3);
  ASSERT_TRUE(run_until_open(3));
  std::vector<std::uint32_t> picked;
  for (int i = 0; i < 6; ++i) { picked.push_back(actors->pick(0)); }
  std::sort(picked.begin(), picked.end());
  EXPECT_THAT(picked, ::testing::ElementsAre(0, 0, 1, 1, 2, 2));
  EXPECT_THAT(notes, IsEmpty());
}

}  // namespace
}  // namespace weir::loadgen
