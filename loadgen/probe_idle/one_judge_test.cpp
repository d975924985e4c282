// What a probe says of the lives of streams, and what a load run says that held the same ones: no idle cut is named by
// one that the other would refute.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "loadgen/probe_idle/judge.hpp"
#include "loadgen/stream/stream_step.hpp"
#include "reports/judge/accumulator.hpp"

namespace weir::loadgen::idle {
namespace {

using reports::load::ClockCut;
using reports::load::EndReason;
using wire::EndClass;

struct Told {
  StreamOutcome probe{};
  std::vector<ClockCut> soak;
};

std::int64_t ns_of(double seconds) { return static_cast<std::int64_t>(seconds * 1e9); }

/// Ends a stream of this life as a worker does.
void live(const StreamLife& life, reports::load::PopulationNumbers& numbers) {
  Observation observation;
  observation.numbers = &numbers;
  observation.idle_cut_after = Population{}.idle_cut_after;
  ++numbers[reports::load::Counter::streams_opened];
  const std::int64_t end_ns = ns_of(life.opened_s + life.age_s);
  StreamState state;
  state.held_ns = ns_of(life.opened_s);
  state.last_byte_ns = end_ns - ns_of(life.silence_s);
  state.longest_gap = static_cast<std::uint32_t>(ns_of(life.longest_gap_s) >> StreamState::kGapUnitShift);
  if (life.longest_gap_s > 0) {
    numbers[reports::load::Timer::byte_gap].record(static_cast<std::uint64_t>(ns_of(life.longest_gap_s)));
  }
  const EndReason reason = life.open() ? EndReason::client : end_of(state, observation, Cut::fin, end_ns);
  count_end(state, observation, reason, end_ns);
}

Told told(const std::vector<StreamLife>& lives) {
  const reports::load::Layout layout{{{"streams", {}}}};
  std::map<std::int64_t, reports::load::Snapshot> seconds;
  for (const StreamLife& life : lives) {
    const auto second = static_cast<std::int64_t>(std::ceil(life.opened_s + life.age_s));
    live(life, seconds.try_emplace(second, layout).first->second.populations[0]);
  }
  reports::load::Accumulator run({}, layout);
  for (auto& [second, snapshot] : seconds) {
    snapshot.at_ns = second * kSecond;
    snapshot.span_ns = kSecond;
    run.second(snapshot);
  }
  return {judge_streams(lives, {}).outcome, run.results().idle_cuts};
}

StreamLife life(double opened_s, double age_s, double silence_s, double longest_gap_s = 0) {
  return {.opened_s = opened_s,
          .age_s = age_s,
          .silence_s = silence_s,
          .longest_gap_s = longest_gap_s,
          .end = EndClass::fin_without_terminator};
}

TEST(OneJudge, names_a_cut_after_one_silence_at_many_ages) {
  std::vector<StreamLife> lives;
  for (int i = 0; i < 6; ++i) { lives.push_back(life(i, 60 + 11 * i, 60.1, 11)); }
  const Told of = told(lives);
  EXPECT_EQ(of.probe, StreamOutcome::idle_cut);
  ASSERT_EQ(of.soak.size(), 1U);
  EXPECT_EQ(of.soak[0].streams, 6U);
  EXPECT_EQ(of.soak[0].matches, "a 60 s hop: ALB idle_timeout, nginx proxy_read_timeout");
}

TEST(OneJudge, names_no_cut_where_all_ended_at_one_moment) {
  std::vector<StreamLife> lives;
  for (int i = 0; i < 8; ++i) { lives.push_back(life(5 * i, 69.5 - 5 * i, 69.5 - 5 * i)); }
  const Told of = told(lives);
  EXPECT_EQ(of.probe, StreamOutcome::simultaneous);
  EXPECT_TRUE(of.soak.empty());
}

TEST(OneJudge, names_no_cut_after_a_silence_that_was_lived_through_before) {
  std::vector<StreamLife> lives;
  for (int i = 0; i < 8; ++i) { lives.push_back(life(3 * i, 40 + 7 * i, 15.1, 15)); }
  const Told of = told(lives);
  EXPECT_NE(of.probe, StreamOutcome::idle_cut);
  EXPECT_TRUE(of.soak.empty());
}

TEST(OneJudge, names_no_idle_cut_where_more_agree_in_their_age) {
  std::vector<StreamLife> lives;
  for (const double silence_s : {3.0, 3.2, 3.4, 7.0, 9.0, 11.0}) { lives.push_back(life(silence_s, 30, silence_s)); }
  const Told of = told(lives);
  EXPECT_EQ(of.probe, StreamOutcome::age_cut);
  EXPECT_TRUE(of.soak.empty());
}

TEST(OneJudge, names_who_cuts_by_age_only_until_a_stream_has_become_older) {
  std::vector<StreamLife> lives;
  for (int i = 0; i < 6; ++i) { lives.push_back(life(i, 15, 15)); }
  const Told either = told(lives);
  EXPECT_EQ(either.probe, StreamOutcome::idle_or_age_cut);
  ASSERT_EQ(either.soak.size(), 1U);
  EXPECT_EQ(either.soak[0].matches, "a 15 s hop: Envoy route timeout");

  lives.push_back(life(3, 25, 0.5, 2));
  lives.back().end = EndClass::open;
  const Told of = told(lives);
  EXPECT_EQ(of.probe, StreamOutcome::idle_cut);
  ASSERT_EQ(of.soak.size(), 1U);
  EXPECT_EQ(of.soak[0].matches, "");
}

TEST(OneJudge, names_no_cut_for_two_of_many) {
  std::vector<StreamLife> lives;
  for (int i = 0; i < 8; ++i) {
    lives.push_back(life(i, i < 2 ? 60 : 90, i < 2 ? 60 : 1, i < 2 ? 0 : 5));
    if (i >= 2) { lives.back().end = EndClass::open; }
  }
  const Told of = told(lives);
  EXPECT_EQ(of.probe, StreamOutcome::alive);
  EXPECT_TRUE(of.soak.empty());
}

}  // namespace
}  // namespace weir::loadgen::idle
