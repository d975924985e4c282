#include "loadgen/net/wheel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace weir::loadgen {
namespace {

std::vector<std::uint32_t> fired(Wheel& wheel, std::int64_t now_ns) {
  std::vector<std::uint32_t> slots;
  wheel.advance(now_ns, [&](std::uint32_t slot) { slots.push_back(slot); });
  std::sort(slots.begin(), slots.end());
  return slots;
}

using Slots = std::vector<std::uint32_t>;

TEST(Wheel, fires_late_by_less_than_a_tick_and_never_early) {
  Wheel wheel(100);
  wheel.set(7, 1'050);
  EXPECT_EQ(fired(wheel, 1'050), Slots{});
  EXPECT_EQ(fired(wheel, 1'099), Slots{});
  EXPECT_TRUE(wheel.is_set(7));
  EXPECT_EQ(fired(wheel, 1'100), Slots{7});
  EXPECT_FALSE(wheel.is_set(7));
  EXPECT_EQ(fired(wheel, 5'000), Slots{});
}

TEST(Wheel, moves_and_cancels_a_deadline) {
  Wheel wheel(10);
  wheel.set(1, 100);
  wheel.set(2, 100);
  wheel.set(1, 300);
  wheel.cancel(2);
  wheel.cancel(99);
  EXPECT_EQ(wheel.size(), 1U);
  EXPECT_EQ(fired(wheel, 200), Slots{});
  EXPECT_EQ(fired(wheel, 300), Slots{1});
  EXPECT_EQ(wheel.size(), 0U);
}

TEST(Wheel, keeps_deadlines_that_are_many_rotations_ahead) {
  Wheel wheel(1, 64);
  wheel.set(0, 1'000);
  wheel.set(1, 1'000 - 64);
  for (std::int64_t now = 0; now < 936; ++now) { ASSERT_EQ(fired(wheel, now), Slots{}) << now; }
  EXPECT_EQ(fired(wheel, 936), Slots{1});
  EXPECT_EQ(fired(wheel, 999), Slots{});
  EXPECT_EQ(fired(wheel, 1'000), Slots{0});
}

TEST(Wheel, catches_up_after_a_long_pause) {
  Wheel wheel(1, 64);
  EXPECT_EQ(fired(wheel, 10), Slots{});
  for (std::uint32_t slot = 0; slot < 200; ++slot) { wheel.set(slot, 20 + slot); }
  EXPECT_EQ(fired(wheel, 1'000'000).size(), 200U);
}

TEST(Wheel, begins_with_whatever_time_comes_first) {
  Wheel wheel(10);
  wheel.set(1, 1'000'000);
  wheel.set(2, 500);
  EXPECT_EQ(fired(wheel, 400), Slots{});
  wheel.set(3, 450);
  EXPECT_EQ(fired(wheel, 450), Slots{3});
  EXPECT_EQ(fired(wheel, 500), Slots{2});
}

TEST(Wheel, gives_a_past_deadline_to_the_next_tick) {
  Wheel wheel(10);
  EXPECT_EQ(fired(wheel, 1'000), Slots{});
  wheel.set(4, 3);
  EXPECT_EQ(wheel.next_ns(), 1'010);
  EXPECT_EQ(fired(wheel, 1'009), Slots{});
  EXPECT_EQ(fired(wheel, 1'010), Slots{4});
}

TEST(Wheel, takes_a_deadline_beyond_its_reach_as_never) {
  Wheel wheel(1'000'000);
  EXPECT_EQ(fired(wheel, 0), Slots{});
  wheel.set(1, INT64_MAX);
  EXPECT_FALSE(wheel.is_set(1));
  EXPECT_EQ(wheel.next_ns(), INT64_MAX);
}

TEST(Wheel, lets_a_callback_set_and_cancel_any_slot) {
  Wheel wheel(10);
  for (std::uint32_t slot = 0; slot < 4; ++slot) { wheel.set(slot, 100); }
  Slots slots;
  wheel.advance(100, [&](std::uint32_t slot) {
    slots.push_back(slot);
    EXPECT_FALSE(wheel.is_set(slot));
    wheel.set(slot, 50);  // Past: not again in this round.
    for (std::uint32_t other = 0; other < 4; ++other) {
      if (other != slot) { wheel.cancel(other); }
    }
  });
  ASSERT_EQ(slots.size(), 1U);
  EXPECT_EQ(wheel.size(), 1U);
  EXPECT_EQ(fired(wheel, 110), slots);
}

TEST(Wheel, names_the_time_of_its_next_work) {
  Wheel wheel(10, 64);
  EXPECT_EQ(wheel.next_ns(), INT64_MAX);
  wheel.advance(0, [](std::uint32_t) {});
  wheel.set(1, 95);
  EXPECT_EQ(wheel.next_ns(), 100);
  wheel.set(2, 50);
  EXPECT_EQ(wheel.next_ns(), 50);
  wheel.cancel(2);
  EXPECT_EQ(wheel.next_ns(), 100);
  EXPECT_EQ(fired(wheel, 100), Slots{1});
  EXPECT_EQ(wheel.next_ns(), INT64_MAX);
}

TEST(Wheel, agrees_with_a_sorted_map) {
  std::mt19937 random(7);
  const auto below = [&](std::uint32_t bound) { return static_cast<std::int64_t>(random() % bound); };
  Wheel wheel(16, 64);
  std::map<std::uint32_t, std::int64_t> expected;  // By slot: the time from which it must fire.
  std::int64_t now = 12'345;
  wheel.advance(now, [](std::uint32_t) {});
  for (int step = 0; step < 20'000; ++step) {
    const auto slot = static_cast<std::uint32_t>(below(200));
    switch (below(4)) {
      case 0:
        wheel.cancel(slot);
        expected.erase(slot);
        break;
      case 1: {
        now += below(100) == 0 ? below(5'000) : below(40);
        const std::int64_t promised = wheel.next_ns();
        Slots due;
        for (const auto& [candidate, tick] : expected) {
          if (tick <= now / 16) { due.push_back(candidate); }
        }
        ASSERT_TRUE(due.empty() || promised <= now);
        ASSERT_EQ(fired(wheel, now), due);
        for (const auto done : due) { expected.erase(done); }
        break;
      }
      default: {
        const std::int64_t due = now + below(4'000) - 100;
        wheel.set(slot, due);
        expected[slot] = std::max((due + 15) / 16, now / 16 + 1);
        break;
      }
    }
    ASSERT_EQ(wheel.size(), expected.size());
  }
}

}  // namespace
}  // namespace weir::loadgen
