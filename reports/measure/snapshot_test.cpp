#include "reports/measure/snapshot.hpp"

#include <gtest/gtest.h>

#include <random>

namespace weir::reports::load {
namespace {

const Layout kLayout{{{"watchers", {"echo", "sleep"}}, {"idlers", {}}}};

// Every number of a snapshot gets something.
Snapshot filled(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto few = [&] { return random() % 5; };
  Snapshot snapshot(kLayout);
  snapshot.at_ns = static_cast<std::int64_t>(seed) * 1'000'000'000;
  snapshot.span_ns = 1'000'000'000;
  snapshot.phase = 2;
  for (auto& gauge : snapshot.worker) { gauge = static_cast<std::int64_t>(random() % 1'000'000); }
  for (auto& numbers : snapshot.populations) {
    for (auto& counter : numbers.counters) { counter = few(); }
    for (auto& gauge : numbers.gauges) { gauge = static_cast<std::int64_t>(few()) - 2; }
    for (auto& longest : numbers.open) { longest = static_cast<std::int64_t>(random() % 1'000'000'000); }
    for (auto& count : numbers.ends) { count = few(); }
    for (auto& count : numbers.open_failures) { count = few(); }
    const auto fill = [&](auto& histograms) {
      for (auto& histogram : histograms) {
        for (auto left = few(); left > 0; --left) { histogram.record(random() >> (random() % 60)); }
      }
    };
    fill(numbers.age);
    fill(numbers.idle_age);
    fill(numbers.connect);
    fill(numbers.timers);
    for (auto& tool : numbers.tools) {
      for (auto& count : tool.outcomes) { count = few(); }
      for (auto& count : tool.dropped) { count = few(); }
      tool.intended = random();
      tool.duration.record(random());
    }
  }
  return snapshot;
}

std::string bytes_of(const Snapshot& snapshot) {
  std::string bytes;
  encode_snapshot(snapshot, bytes);
  return bytes;
}

TEST(Snapshot, comes_back_from_its_bytes) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::string bytes = bytes_of(filled(seed));
    Snapshot again;
    ASSERT_TRUE(decode_snapshot(kLayout, bytes, again));
    EXPECT_EQ(bytes_of(again), bytes);
    EXPECT_EQ(again.populations[0].ends, filled(seed).populations[0].ends);
    EXPECT_TRUE(again.populations[1].age[3] == filled(seed).populations[1].age[3]);
  }
}

TEST(Snapshot, an_idle_second_is_small) { EXPECT_LT(bytes_of(Snapshot(kLayout)).size(), 160u); }

TEST(Snapshot, workers_merge_in_any_order_to_the_same_bytes) {
  Snapshot forward(kLayout), backward(kLayout);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) { forward.add_worker(filled(seed)); }
  for (std::uint64_t seed = 5; seed >= 1; --seed) { backward.add_worker(filled(seed)); }
  EXPECT_EQ(bytes_of(forward), bytes_of(backward));
  EXPECT_EQ(forward.populations[0][Gauge::streams_open],
            filled(1).populations[0][Gauge::streams_open] + filled(2).populations[0][Gauge::streams_open] +
                filled(3).populations[0][Gauge::streams_open] + filled(4).populations[0][Gauge::streams_open] +
                filled(5).populations[0][Gauge::streams_open]);
}

TEST(Snapshot, a_later_span_adds_counts_and_replaces_gauges) {
  Snapshot run = filled(1);
  const Snapshot later = filled(2);
  run.add_span(later);
  EXPECT_EQ(run.span_ns, 2'000'000'000);
  EXPECT_EQ(run.at_ns, later.at_ns);
  EXPECT_EQ(run.worker, later.worker);
  EXPECT_EQ(run.populations[0].gauges, later.populations[0].gauges);
  EXPECT_EQ(run.populations[0][Counter::events],
            filled(1).populations[0][Counter::events] + later.populations[0][Counter::events]);
}

TEST(Snapshot, clear_keeps_the_gauges_alone) {
  Snapshot snapshot = filled(3);
  snapshot.clear();
  Snapshot gauges_only(kLayout);
  gauges_only.at_ns = snapshot.at_ns;
  gauges_only.phase = snapshot.phase;
  gauges_only.worker = snapshot.worker;
  for (std::size_t i = 0; i < 2; ++i) { gauges_only.populations[i].gauges = filled(3).populations[i].gauges; }
  EXPECT_EQ(bytes_of(snapshot), bytes_of(gauges_only));
}

TEST(Snapshot, refuses_bytes_that_are_cut_changed_in_length_or_of_another_layout) {
  const std::string bytes = bytes_of(filled(4));
  Snapshot out;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(decode_snapshot(kLayout, std::string_view(bytes).substr(0, size), out)) << size;
  }
  EXPECT_FALSE(decode_snapshot(kLayout, bytes + '\0', out));
  EXPECT_FALSE(decode_snapshot(Layout{{{"watchers", {"echo"}}}}, bytes, out));
}

TEST(Snapshot, survives_any_bytes) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 3'000; ++round) {
    std::string bytes = bytes_of(filled(random() % 8));
    for (int change = 0; change < 4; ++change) { bytes[random() % bytes.size()] = static_cast<char>(random()); }
    Snapshot out;
    if (decode_snapshot(kLayout, bytes, out)) { EXPECT_EQ(out.populations.size(), 2u); }
  }
}

TEST(Snapshot, whole_is_all_populations_with_their_tools_as_one) {
  const Snapshot parts = filled(7);
  const PopulationNumbers& first = parts.populations[0];
  const PopulationNumbers& second = parts.populations[1];
  const PopulationNumbers whole = parts.whole();
  for (std::size_t i = 0; i < kCounters; ++i) { EXPECT_EQ(whole.counters[i], first.counters[i] + second.counters[i]); }
  for (std::size_t i = 0; i < kGauges; ++i) {
    EXPECT_EQ(whole.gauges[i], first.gauges[i] + second.gauges[i]);
    EXPECT_EQ(parts.whole(static_cast<Gauge>(i)), whole.gauges[i]);
  }
  for (std::size_t i = 0; i < kEndReasons; ++i) {
    EXPECT_EQ(whole.ends[i], first.ends[i] + second.ends[i]);
    EXPECT_EQ(whole.age[i].count(), first.age[i].count() + second.age[i].count());
  }
  EXPECT_EQ(whole.drops(), first.drops() + second.drops());
  ASSERT_EQ(whole.tools.size(), 1U);
  EXPECT_EQ(whole.tools[0].ended(), first.tools[0].ended() + first.tools[1].ended());
  EXPECT_EQ(whole.tools[0].duration.count(), first.tools[0].duration.count() + first.tools[1].duration.count());
}

}  // namespace
}  // namespace weir::reports::load
