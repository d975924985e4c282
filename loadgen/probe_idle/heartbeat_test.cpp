#include "loadgen/probe_idle/heartbeat.hpp"

#include <gtest/gtest.h>

namespace weir::loadgen::idle {
namespace {

std::vector<Beat> beats_at(std::size_t stream, BeatKind kind, std::initializer_list<double> times) {
  std::vector<Beat> beats;
  for (const double at_s : times) { beats.push_back({stream, at_s, kind}); }
  return beats;
}

TEST(Heartbeat, has_the_median_gap_as_period_and_the_largest_distance_as_jitter) {
  const auto found = find_heartbeat(beats_at(0, BeatKind::comment, {15, 30, 45.5, 60, 75}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, BeatKind::comment);
  EXPECT_DOUBLE_EQ(found->period_s, 15);
  EXPECT_DOUBLE_EQ(found->jitter_s, 0.5);
  EXPECT_DOUBLE_EQ(found->largest_gap_s, 15.5);
  EXPECT_EQ(found->gaps, 4u);
}

TEST(Heartbeat, is_not_seen_in_a_greeting_that_each_stream_has_once) {
  EXPECT_FALSE(find_heartbeat(
      {{0, 0.6, BeatKind::notification}, {1, 0.61, BeatKind::notification}, {2, 0.6, BeatKind::notification}}));
}

TEST(Heartbeat, is_not_seen_in_traffic_that_comes_as_it_likes) {
  EXPECT_FALSE(find_heartbeat(beats_at(0, BeatKind::notification, {1, 2, 20, 21, 60, 61, 62, 200, 230})));
  EXPECT_FALSE(find_heartbeat(beats_at(0, BeatKind::comment, {7})));
  EXPECT_FALSE(find_heartbeat({}));
}

TEST(Heartbeat, of_two_kinds_is_the_one_that_keeps_the_stream_open) {
  auto beats = beats_at(0, BeatKind::comment, {15, 30, 45, 60});
  const auto pings = beats_at(0, BeatKind::ping_request, {10, 20, 30, 40});
  beats.insert(beats.end(), pings.begin(), pings.end());
  const auto found = find_heartbeat(beats);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, BeatKind::ping_request);
}

TEST(Heartbeat, counts_gaps_within_one_stream_only) {
  auto beats = beats_at(0, BeatKind::comment, {15, 30, 45});
  const auto other = beats_at(1, BeatKind::comment, {16, 31, 46});
  beats.insert(beats.end(), other.begin(), other.end());
  const auto found = find_heartbeat(beats);
  ASSERT_TRUE(found);
  EXPECT_DOUBLE_EQ(found->largest_gap_s, 15);
}

TEST(Heartbeat, that_has_ceased_leaves_a_gap_until_now) {
  const auto beats = beats_at(0, BeatKind::comment, {15, 30, 45});
  const auto late = find_heartbeat(beats, {{0, 70}});
  ASSERT_TRUE(late);
  EXPECT_DOUBLE_EQ(late->largest_gap_s, 25);
  EXPECT_FALSE(late->ceased) << "one may be late";
  const auto over = find_heartbeat(beats, {{0, 100}, {1, 300}});
  ASSERT_TRUE(over);
  EXPECT_DOUBLE_EQ(over->largest_gap_s, 55) << "the other stream never had one";
  EXPECT_TRUE(over->ceased);
  EXPECT_FALSE(find_heartbeat(beats, {{0, 47}})->ceased);
}

TEST(Heartbeat, may_be_a_comment_an_event_a_ping_or_a_notification) {
  const auto event = [](std::string type, std::string data) {
    wire::SseEvent out;
    out.type = std::move(type);
    out.data = std::move(data);
    return wire::SseItem(out);
  };
  EXPECT_EQ(beat_kind(wire::SseComment{"ping"}), BeatKind::comment);
  EXPECT_EQ(beat_kind(event("ping", "2026-07-28")), BeatKind::ping_event);
  EXPECT_EQ(beat_kind(event("message", "")), BeatKind::ping_event);
  EXPECT_EQ(beat_kind(event("message", R"({"jsonrpc":"2.0","id":1,"method":"ping"})")), BeatKind::ping_request);
  EXPECT_EQ(beat_kind(event("message", R"({"jsonrpc":"2.0","method":"notifications/message"})")),
            BeatKind::notification);
  EXPECT_FALSE(beat_kind(event("message", R"({"jsonrpc":"2.0","id":1,"result":{}})")));
  EXPECT_FALSE(beat_kind(event("endpoint", "/messages")));
  EXPECT_FALSE(beat_kind(wire::SseRetry{1000}));
}

}  // namespace
}  // namespace weir::loadgen::idle
