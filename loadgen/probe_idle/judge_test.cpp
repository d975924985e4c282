#include "loadgen/probe_idle/judge.hpp"

#include <gtest/gtest.h>

namespace weir::loadgen::idle {
namespace {

using wire::EndClass;
using State = IdleConnection::State;

constexpr EndClass kFin = EndClass::fin_without_terminator;

StreamLife life(double opened_s, double age_s, double silence_s, EndClass end, double longest_gap_s = 0) {
  return {.opened_s = opened_s, .age_s = age_s, .silence_s = silence_s, .longest_gap_s = longest_gap_s, .end = end};
}

/// Opened a second apart, and the same otherwise.
std::vector<StreamLife> alike(int count, double age_s, double silence_s, EndClass end, double longest_gap_s = 0) {
  std::vector<StreamLife> lives;
  for (int i = 0; i < count; ++i) {
    lives.push_back(life(i, age_s + 0.01 * i, silence_s + 0.01 * i, end, longest_gap_s));
  }
  return lives;
}

TEST(Streams, that_end_after_one_silence_at_many_ages_were_cut_by_silence) {
  std::vector<StreamLife> lives;
  for (int i = 0; i < 6; ++i) { lives.push_back(life(i, 60 + 11 * i, 60.1, kFin, 11)); }
  const auto finding = judge_streams(lives, {});
  EXPECT_EQ(finding.outcome, StreamOutcome::idle_cut);
  EXPECT_EQ(*finding.cut, (Bracket{59, 61}));
  EXPECT_EQ(finding.confirmed_by, 6u);
  EXPECT_EQ(finding.end, wire::to_string(kFin));
  EXPECT_EQ(describe(finding.hops), "a 60 s hop: ALB idle_timeout, nginx proxy_read_timeout");
}

TEST(Streams, that_were_silent_all_their_life_were_cut_by_silence_or_by_age) {
  const auto finding = judge_streams(alike(6, 30, 30, EndClass::reset), {});
  EXPECT_EQ(finding.outcome, StreamOutcome::idle_or_age_cut);
  EXPECT_EQ(*finding.cut, (Bracket{29, 31}));
}

TEST(Streams, that_died_in_silence_beside_one_that_was_not_silent_were_cut_by_silence) {
  auto lives = alike(6, 30, 30, kFin);
  lives.push_back(life(3, 40, 0.5, EndClass::open, 2));
  lives.back().busy = true;
  const auto finding = judge_streams(lives, {});
  EXPECT_EQ(finding.outcome, StreamOutcome::idle_cut);
  EXPECT_EQ(finding.busy, 1u);
  EXPECT_EQ(finding.outlived_by, 0u);
}

TEST(Streams, that_died_at_one_age_whatever_they_were_sent_were_cut_by_age) {
  auto lives = alike(6, 30, 30, kFin);
  lives.push_back(life(3, 30.1, 0.5, kFin, 2));
  for (const double silence_s : {1.0, 1.9, 0.1, 3.2, 4.5, 6.0}) { lives.push_back(life(4, 30.1, silence_s, kFin, 7)); }
  const auto finding = judge_streams(lives, {});
  EXPECT_EQ(finding.outcome, StreamOutcome::age_cut);
  EXPECT_EQ(describe(finding.hops), "a 30 s hop: API Gateway HTTP API integration timeout");
}

TEST(Streams, with_heartbeats_that_died_at_one_age_were_cut_by_age) {
  const auto finding = judge_streams(alike(8, 120, 14.9, kFin, 15), {});
  EXPECT_EQ(finding.outcome, StreamOutcome::age_cut);
  EXPECT_EQ(describe(finding.hops), "a 120 s hop: App Runner request timeout");
}

TEST(Streams, that_end_in_good_order_were_closed_by_their_server) {
  auto lives = alike(8, 10, 2, EndClass::clean);
  lives.front().retry_ms = 1000;
  const auto finding = judge_streams(lives, {});
  EXPECT_EQ(finding.outcome, StreamOutcome::server_closes);
  EXPECT_EQ(*finding.cut, (Bracket{9, 11}));
  EXPECT_EQ(finding.retry_ms, 1000u);
  EXPECT_TRUE(finding.hops.empty());
}

TEST(Streams, whose_connection_their_server_ends_were_closed_by_it_where_it_said_so) {
  auto lives = alike(8, 10, 0.1, EndClass::close_delimited);
  EXPECT_NE(judge_streams(lives, {}).outcome, StreamOutcome::server_closes);
  for (StreamLife& life : lives) {
    life.has_id = true;
    life.retry_at_s = 0.1;
  }
  EXPECT_NE(judge_streams(lives, {}).outcome, StreamOutcome::server_closes) << "what it said once, long before";
  for (StreamLife& life : lives) { life.retry_at_s = life.age_s - 0.1; }
  EXPECT_EQ(judge_streams(lives, {}).outcome, StreamOutcome::server_closes);
}

TEST(Streams, that_end_at_one_moment_saw_a_restart) {
  std::vector<StreamLife> lives;
  for (int i = 0; i < 8; ++i) { lives.push_back(life(5 * i, 70.0 - 5 * i, 70.0 - 5 * i, EndClass::reset)); }
  const auto finding = judge_streams(lives, {});
  EXPECT_EQ(finding.outcome, StreamOutcome::simultaneous);
  EXPECT_FALSE(finding.cut);
}

TEST(Streams, with_heartbeats_that_end_at_one_moment_saw_a_restart) {
  for (const EndClass end : {EndClass::reset, EndClass::clean}) {
    std::vector<StreamLife> lives;
    for (int i = 0; i < 6; ++i) { lives.push_back(life(0.25 * i, 4.0 - 0.25 * i, 0.1 * i, end, 1)); }
    const auto finding = judge_streams(lives, {});
    EXPECT_EQ(finding.outcome, StreamOutcome::simultaneous);
    EXPECT_FALSE(finding.cut);
  }
}

TEST(Streams, that_their_server_ends_were_open_for_so_long_and_not_silent) {
  std::vector<StreamLife> lives;
  for (int i = 0; i < 6; ++i) { lives.push_back(life(i, 10 + 2 * i, 0.3, EndClass::clean, 1)); }
  const auto finding = judge_streams(lives, {});
  EXPECT_EQ(finding.outcome, StreamOutcome::server_closes);
  EXPECT_EQ(*finding.cut, (Bracket{9, 11}));
}

TEST(Streams, that_end_as_soon_as_they_are_open_cannot_be_held) {
  EXPECT_EQ(judge_streams(alike(8, 0.01, 0.01, EndClass::close_delimited), {}).outcome, StreamOutcome::at_once);
}

TEST(Streams, that_end_as_they_like_have_no_cut_off) {
  std::vector<StreamLife> lives;
  for (int i = 0; i < 8; ++i) { lives.push_back(life(i, 3 + i * i * 5, 2 + i * 4, kFin)); }
  EXPECT_EQ(judge_streams(lives, {}).outcome, StreamOutcome::irregular);
}

TEST(Streams, of_which_one_ended_are_alive) {
  auto lives = alike(8, 300, 300, EndClass::open);
  lives.push_back(life(1, 33, 12, EndClass::reset));
  const auto finding = judge_streams(lives, {});
  EXPECT_EQ(finding.outcome, StreamOutcome::alive);
  EXPECT_FALSE(finding.cut);
  EXPECT_GT(finding.survived_s, 299);
  EXPECT_EQ(finding.ends.at("open"), 8);
}

TEST(Streams, that_outlive_the_cut_of_others_are_counted) {
  auto lives = alike(6, 60, 60, kFin);
  lives.push_back(life(0, 300, 300, EndClass::open));
  const auto finding = judge_streams(lives, {});
  EXPECT_EQ(finding.outlived_by, 1u);
  ASSERT_TRUE(finding.cut);
}

TEST(Streams, that_do_not_exist_are_not_offered) {
  EXPECT_EQ(judge_streams({}, {}).outcome, StreamOutcome::not_offered);
}

TEST(Streams, are_watched_until_one_tells_silence_from_age) {
  auto lives = alike(6, 30, 30, kFin);
  const Judging judging;
  EXPECT_TRUE(settled(judge_streams(lives, judging), lives, judging));
  lives.push_back(life(3, 31, 0.5, EndClass::open, 2));
  EXPECT_FALSE(settled(judge_streams(lives, judging), lives, judging));
  lives.back().age_s = 45;
  EXPECT_TRUE(settled(judge_streams(lives, judging), lives, judging));
}

TEST(Streams, are_watched_until_enough_agree) {
  auto lives = alike(2, 30, 30, kFin);
  for (const StreamLife& open : alike(6, 28, 28, EndClass::open)) { lives.push_back(open); }
  const Judging judging;
  EXPECT_FALSE(settled(judge_streams(lives, judging), lives, judging));
}

TEST(KeepAlive, is_cut_where_connections_are_closed_after_one_time) {
  const std::vector<IdleConnection> connections = {{State::closed, 75.02, "FIN"},
                                                   {State::closed, 75.1, "FIN"},
                                                   {State::closed, 75.05, "FIN"},
                                                   {State::answered, 61, ""},
                                                   {State::waiting, 40, ""}};
  const auto finding = judge_keep_alive(connections, {});
  EXPECT_EQ(finding.outcome, KeepAliveOutcome::cut);
  EXPECT_EQ(*finding.cut, (Bracket{74, 76}));
  EXPECT_EQ(finding.confirmed_by, 3u);
  EXPECT_EQ(finding.end, "FIN");
  EXPECT_EQ(finding.survived_s, 61);
  EXPECT_EQ(describe(finding.hops), "a 75 s hop: nginx keepalive_timeout");
}

TEST(KeepAlive, that_is_dropped_in_silence_shows_when_a_request_is_sent) {
  const auto finding =
      judge_keep_alive({{State::answered, 301, ""}, {State::dead, 351, "RST"}, {State::dead, 390, "RST"}}, {});
  EXPECT_EQ(finding.outcome, KeepAliveOutcome::cut);
  EXPECT_EQ(*finding.cut, (Bracket{301, 351}));
  EXPECT_EQ(finding.end, "RST");
  EXPECT_EQ(describe(finding.hops), "a 350 s hop: NLB TCP idle timeout, NAT gateway");
}

TEST(KeepAlive, that_contradicts_itself_is_unclear) {
  for (const double answered_s : {301.0, 100.0, 99.95}) {
    const auto finding = judge_keep_alive({{State::answered, answered_s, ""}, {State::dead, 100, "RST"}}, {});
    EXPECT_EQ(finding.outcome, KeepAliveOutcome::unclear);
    EXPECT_FALSE(finding.cut);
  }
}

TEST(KeepAlive, that_is_always_answered_is_alive) {
  const auto finding = judge_keep_alive({{State::answered, 301, ""}, {State::answered, 100, ""}}, {});
  EXPECT_EQ(finding.outcome, KeepAliveOutcome::alive);
  EXPECT_EQ(finding.survived_s, 301);
  EXPECT_EQ(judge_keep_alive({}, {}).outcome, KeepAliveOutcome::not_offered);
}

}  // namespace
}  // namespace weir::loadgen::idle
