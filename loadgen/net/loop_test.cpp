#include "loadgen/net/loop.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "wire/base/duration.hpp"

namespace weir::loadgen {
namespace {

struct Ends {
  Ends() { ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, both); }
  ~Ends() {
    close_first();
    ::close(both[1]);
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  void poke() const { EXPECT_EQ(::write(both[1], "x", 1), 1); }
  void drain() const {
    char byte = 0;
    EXPECT_EQ(::read(both[0], &byte, 1), 1);
  }
  void close_first() {
    if (both[0] >= 0) { ::close(std::exchange(both[0], -1)); }
  }
  int both[2] = {-1, -1};
};

struct Log final : Ready {
  void ready(std::uint32_t slot, std::uint32_t events) override {
    seen.emplace_back(slot, events);
    if (then) { then(slot); }
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> seen;
  std::function<void(std::uint32_t)> then;
};

TEST(Loop, tells_the_handler_of_the_kind_which_slot_is_ready) {
  auto loop = *Loop::make();
  Log control, exchange;
  loop.handle(Kind::control, control);
  loop.handle(Kind::exchange, exchange);
  Ends a, b;
  ASSERT_TRUE(loop.watch(a.both[0], Kind::exchange, 0xfedcba98));
  ASSERT_TRUE(loop.watch(b.both[0], Kind::control, 3));
  EXPECT_EQ(loop.run_once(0), 0);
  a.poke();
  EXPECT_EQ(loop.run_once(INT64_MAX), 1);
  ASSERT_EQ(exchange.seen.size(), 1U);
  EXPECT_EQ(exchange.seen[0].first, 0xfedcba98);
  EXPECT_TRUE(exchange.seen[0].second & EPOLLIN);
  EXPECT_TRUE(control.seen.empty());
}

TEST(Loop, tells_again_what_was_not_read) {
  auto loop = *Loop::make();
  Log log;
  loop.handle(Kind::stream, log);
  Ends a;
  ASSERT_TRUE(loop.watch(a.both[0], Kind::stream, 1));
  a.poke();
  loop.run_once(INT64_MAX);
  loop.run_once(INT64_MAX);
  EXPECT_EQ(log.seen.size(), 2U);
  a.drain();
  EXPECT_EQ(loop.run_once(0), 0);
}

TEST(Loop, changes_what_is_waited_for) {
  auto loop = *Loop::make();
  Log log;
  loop.handle(Kind::stream, log);
  Ends a;
  ASSERT_TRUE(loop.watch(a.both[0], Kind::stream, 1));
  EXPECT_EQ(loop.run_once(0), 0);
  ASSERT_TRUE(loop.change(a.both[0], Kind::stream, 2, EPOLLOUT));
  EXPECT_EQ(loop.run_once(INT64_MAX), 1);
  EXPECT_EQ(log.seen.back(), std::make_pair(2U, static_cast<std::uint32_t>(EPOLLOUT)));
}

TEST(Loop, drops_what_it_got_for_a_descriptor_that_was_forgotten_in_the_same_round) {
  auto loop = *Loop::make();
  Log log;
  loop.handle(Kind::stream, log);
  Ends a, b;
  ASSERT_TRUE(loop.watch(a.both[0], Kind::stream, 0));
  ASSERT_TRUE(loop.watch(b.both[0], Kind::stream, 1));
  a.poke();
  b.poke();
  Ends fresh[2];
  log.then = [&](std::uint32_t slot) {  // Whoever comes first closes the other; its number goes to a new connection.
    Ends& other = slot == 0 ? b : a;
    loop.forget(other.both[0]);
    const int number = other.both[0];
    other.close_first();
    fresh[0].poke();
    ASSERT_EQ(::dup2(fresh[0].both[0], number), number);
    other.both[0] = number;
    ASSERT_TRUE(loop.watch(number, Kind::stream, 9));
    log.then = nullptr;
  };
  EXPECT_EQ(loop.run_once(INT64_MAX), 2);
  ASSERT_EQ(log.seen.size(), 1U);
  log.seen.clear();
  loop.run_once(INT64_MAX);  // What the new connection has is told in the next round.
  EXPECT_EQ(std::count_if(log.seen.begin(), log.seen.end(), [](auto& one) { return one.first == 9; }), 1);
}

/// Streams that are all ready, and of which each takes so long that a round has no time for all.
struct LongRound {
  explicit LongRound(std::uint32_t many) : ends(many) {
    loop.handle(Kind::stream, log);
    for (std::uint32_t slot = 0; slot < many; ++slot) {
      EXPECT_TRUE(loop.watch(ends[slot].both[0], Kind::stream, slot));
      ends[slot].poke();
    }
    log.then = [this](std::uint32_t slot) {
      ends[slot].drain();
      ::usleep(20'000);
    };
  }
  Loop loop = *Loop::make();
  Log log;
  std::vector<Ends> ends;
};

TEST(Loop, returns_from_a_round_that_takes_long_and_goes_on_with_it) {
  constexpr std::uint32_t kMany = 24;
  LongRound round(kMany);
  auto& [loop, log, ends] = round;
  int calls = 0;
  for (; log.seen.size() < kMany; ++calls) {
    const std::size_t before = log.seen.size();
    const int told = loop.run_once(INT64_MAX);
    EXPECT_EQ(told, static_cast<int>(log.seen.size() - before));
    ASSERT_GT(log.seen.size(), before);
    EXPECT_EQ(loop.in_round(), log.seen.size() < kMany);
  }
  EXPECT_GE(calls, 2);
  std::sort(log.seen.begin(), log.seen.end());
  for (std::uint32_t slot = 0; slot < kMany; ++slot) { EXPECT_EQ(log.seen[slot].first, slot); }
  EXPECT_EQ(loop.run_once(0), 0);
}

TEST(Loop, tells_nothing_of_an_earlier_owner_in_the_rest_of_a_round) {
  constexpr std::uint32_t kMany = 16;
  LongRound round(kMany);
  auto& [loop, log, ends] = round;
  loop.run_once(INT64_MAX);
  ASSERT_LT(log.seen.size(), kMany);
  const Ends fresh;
  for (std::uint32_t slot = 0; slot < kMany; ++slot) {
    const bool had_its_turn =
        std::any_of(log.seen.begin(), log.seen.end(), [&](auto& one) { return one.first == slot; });
    if (had_its_turn) { continue; }
    loop.forget(ends[slot].both[0]);
    const int number = ends[slot].both[0];
    ASSERT_EQ(::dup2(fresh.both[0], number), number);
    ASSERT_TRUE(loop.watch(number, Kind::stream, kMany + slot));
  }
  log.seen.clear();
  loop.run_once(0);
  EXPECT_TRUE(log.seen.empty());
}

TEST(Loop, hands_a_forgotten_descriptor_to_another_handler) {
  auto loop = *Loop::make();
  Log exchange, stream;
  loop.handle(Kind::exchange, exchange);
  loop.handle(Kind::stream, stream);
  Ends a;
  ASSERT_TRUE(loop.watch(a.both[0], Kind::exchange, 5));
  a.poke();
  exchange.then = [&](std::uint32_t) {
    loop.forget(a.both[0]);
    ASSERT_TRUE(loop.watch(a.both[0], Kind::stream, 6));
  };
  loop.run_once(INT64_MAX);
  loop.run_once(INT64_MAX);
  EXPECT_EQ(exchange.seen.size(), 1U);
  ASSERT_EQ(stream.seen.size(), 1U);
  EXPECT_EQ(stream.seen[0].first, 6U);
}

TEST(Loop, says_nothing_of_a_descriptor_that_was_forgotten_but_lives_on) {
  auto loop = *Loop::make();
  Log log;
  loop.handle(Kind::stream, log);
  Ends a;
  ASSERT_TRUE(loop.watch(a.both[0], Kind::stream, 1));
  loop.forget(a.both[0]);
  a.poke();
  loop.run_once(INT64_MAX);
  EXPECT_TRUE(log.seen.empty());
  EXPECT_EQ(loop.run_once(0), 0);  // It is out of the set now.
  ASSERT_TRUE(loop.watch(a.both[0], Kind::stream, 2));
  EXPECT_EQ(loop.run_once(INT64_MAX), 1);
  EXPECT_EQ(log.seen.size(), 1U);
}

TEST(Loop, waits_until_a_time_and_not_shorter) {
  auto loop = *Loop::make();
  const std::int64_t until = monotonic_ns() + 3'000'000;
  while (loop.run_once(until) == 0 && loop.now_ns() < until) {}
  EXPECT_GE(loop.now_ns(), until);
}

TEST(Loop, knows_the_distance_of_its_clocks) {
  auto loop = *Loop::make();
  const std::int64_t before = realtime_ns() - monotonic_ns();
  EXPECT_NEAR(static_cast<double>(loop.realtime_offset_ns()), static_cast<double>(before), 1e8);
}

TEST(Loop, moves) {
  auto made = *Loop::make();
  Log log;
  made.handle(Kind::stream, log);
  Ends a;
  ASSERT_TRUE(made.watch(a.both[0], Kind::stream, 1));
  a.poke();
  Loop loop = std::move(made);
  EXPECT_EQ(loop.run_once(INT64_MAX), 1);
  EXPECT_EQ(log.seen.size(), 1U);
}

TEST(Loop, refuses_what_is_no_descriptor) {
  auto loop = *Loop::make();
  EXPECT_FALSE(loop.watch(-1, Kind::stream, 1));
  const int file = ::open("/proc/self/stat", 0);
  EXPECT_FALSE(loop.watch(file, Kind::stream, 1));
  ::close(file);
}

TEST(Arrival, is_the_kernels_stamp_within_what_can_be) {
  constexpr std::int64_t kOffset = 1'700'000'000 * wire::kSecond;
  const auto arrival = [&](std::int64_t stamp_ns) {
    return arrival_ns(kOffset + stamp_ns, kOffset, 100 * wire::kSecond, 110 * wire::kSecond);
  };
  EXPECT_EQ(arrival(105 * wire::kSecond), 105 * wire::kSecond);
  EXPECT_EQ(arrival(110 * wire::kSecond + wire::kMillisecond), 110 * wire::kSecond);
  EXPECT_EQ(arrival(100 * wire::kSecond - wire::kMillisecond), 100 * wire::kSecond);
  EXPECT_EQ(arrival_ns(0, kOffset, 100 * wire::kSecond, 110 * wire::kSecond), std::nullopt);
}

TEST(Arrival, is_unknown_where_the_clock_was_set) {
  constexpr std::int64_t kHour = 3600 * wire::kSecond;
  constexpr std::int64_t kOffset = 1'700'000'000 * wire::kSecond;
  for (const std::int64_t step : {-kHour, kHour}) {
    EXPECT_EQ(arrival_ns(kOffset + step + 105 * wire::kSecond, kOffset, 100 * wire::kSecond, 110 * wire::kSecond),
              std::nullopt);
  }
}

TEST(Loop, calls_once_more_whoever_asks_for_it_without_waiting) {
  struct Asker final : Ready {
    void ready(std::uint32_t slot, std::uint32_t) override {
      slots.push_back(slot);
      if (slots.size() < 3) { loop->again(Kind::stream, slot + 1); }
    }
    Loop* loop = nullptr;
    std::vector<std::uint32_t> slots;
  } asker;
  Loop loop = *Loop::make();
  asker.loop = &loop;
  loop.handle(Kind::stream, asker);
  loop.again(Kind::stream, 7);
  for (const std::vector<std::uint32_t>& so_far : std::vector<std::vector<std::uint32_t>>{{7}, {7, 8}, {7, 8, 9}}) {
    loop.run_once(INT64_MAX);  // Waits for ever where nobody is to be called.
    EXPECT_EQ(asker.slots, so_far);
  }
  loop.run_once(monotonic_ns());
  EXPECT_EQ(asker.slots.size(), 3U);
}

}  // namespace
}  // namespace weir::loadgen
