#include "loadgen/stream/stream_step.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "wire/base/limits.hpp"
#include "wire/http/chunked.hpp"
#include "wire/testing/for_each_split.hpp"

namespace weir::loadgen {
namespace {

using reports::load::ConnectPhase;
using reports::load::Counter;
using reports::load::EndReason;
using reports::load::PopulationNumbers;
using reports::load::Timer;
using ::testing::ElementsAre;
using Result = StreamStep::Result;

constexpr std::int64_t kStart = 1'000 * kSecond;
constexpr std::int64_t kEpoch = 1'795'266'123 * kSecond;  // The real time of loop time 0.

struct StepOwner final : StreamOwner {
  void event(std::uint32_t slot, const wire::SseEventView& event, std::int64_t) override {
    events.emplace_back(event.data);
    if (on_event) { on_event(slot); }
  }
  void retry(std::uint32_t, std::uint64_t milliseconds) override { retries.push_back(milliseconds); }
  void ended(std::uint32_t, EndReason) override {}
  std::vector<std::string> events;
  std::vector<std::uint64_t> retries;
  std::function<void(std::uint32_t)> on_event;
};

/// One stream and what is seen of it; times are nanoseconds after kStart.
struct Bench {
  explicit Bench(Framing framing = Framing::chunked, std::uint64_t length = 0) {
    observation.numbers = &numbers;
    observation.idle_cut_after = 5 * kSecond;
    observation.coalesce_gap = 100 * kMillisecond;
    Handover handover;
    handover.framing = framing;
    handover.length = length;
    handover.times.started_ns = kStart - 7 * kMillisecond;
    begin_stream(state, handover, false, kStart);
  }
  Result read(std::string_view bytes, std::int64_t at_ns = 0, std::int64_t lag_ns = 0) {
    return step.read(0, state, observation, {bytes, kStart + at_ns, kEpoch + kStart + at_ns, lag_ns});
  }
  Result event(std::string_view lines, std::int64_t at_ns = 0) {
    return read(wire::encode_chunk(std::string(lines) + "\n\n"), at_ns);
  }
  EndReason cut(Cut how, std::int64_t at_ns = 0) { return end_of(state, observation, how, kStart + at_ns); }
  std::uint64_t count(Counter counter) const { return numbers[counter]; }
  const reports::load::Histogram& timer(Timer timer) const { return numbers[timer]; }

  PopulationNumbers numbers;
  Observation observation;
  StepOwner owner;
  StreamStep step{owner};
  StreamState state;
};

TEST(StreamStep, counts_events_and_bytes_and_hands_events_to_the_owner) {
  Bench bench;
  EXPECT_EQ(bench.read("8\r\ndata: a\n\r\n1\r\n\n\r\n"), Result::open);
  EXPECT_EQ(bench.event("data: b\nretry: 70"), Result::open);
  EXPECT_THAT(bench.owner.events, ElementsAre("a", "b"));
  EXPECT_THAT(bench.owner.retries, ElementsAre(70u));
  EXPECT_EQ(bench.count(Counter::events), 2u);
  EXPECT_EQ(bench.count(Counter::bytes), 19u + 6u + 18u + 2u - 1u);
}

TEST(StreamStep, keeps_events_of_other_populations_to_itself) {
  Bench bench;
  bench.observation.mcp = false;
  bench.event("data: {\"method\":\"ping\",\"id\":1}");
  EXPECT_TRUE(bench.owner.events.empty());
  EXPECT_EQ(bench.count(Counter::events), 1u);
  EXPECT_EQ(bench.count(Counter::heartbeats), 0u);
}

TEST(StreamStep, means_the_same_however_the_bytes_are_cut) {
  const std::string bytes = wire::encode_chunk("id: 1\ndata: {\"seq\":1}\n\n") + wire::encode_chunk(": hb\n\n") +
                            wire::encode_chunk("id: 3\ndata: {\"seq\":3}\n\nretry: 9\n") + "0\r\n\r\n";
  wire::testing::for_each_split(bytes, [&](wire::testing::Pieces pieces) {
    Bench bench;
    bench.observation.sequence_of_ids = true;
    Result result = Result::open;
    for (const std::string_view piece : pieces) { result = piece.empty() ? result : bench.read(piece); }
    EXPECT_EQ(result, Result::clean_end);
    EXPECT_EQ(bench.count(Counter::events), 2u);
    EXPECT_EQ(bench.count(Counter::heartbeats), 1u);
    EXPECT_EQ(bench.count(Counter::bytes), bytes.size());
    EXPECT_EQ(bench.state.sequence.highest(), 3);
    EXPECT_EQ(bench.step.ids().get(bench.state.id), "3");
    EXPECT_THAT(bench.owner.retries, ElementsAre(9u));
  });
}

TEST(StreamStep, reads_bodies_of_every_framing) {
  Bench measured(Framing::length, 19);
  EXPECT_EQ(measured.read("data: a\n\n"), Result::open);
  EXPECT_EQ(measured.read("data: bc\n\nrest"), Result::clean_end);
  EXPECT_THAT(measured.owner.events, ElementsAre("a", "bc"));
  Bench closed(Framing::close);
  EXPECT_EQ(closed.read("data: a\n\n"), Result::open);
  EXPECT_THAT(closed.owner.events, ElementsAre("a"));
}

TEST(StreamStep, refuses_what_does_not_decode_or_grows_too_big) {
  Bench framing;
  EXPECT_EQ(framing.read("data: a\n\n"), Result::malformed);
  Bench event;
  EXPECT_EQ(event.read(wire::encode_chunk(std::string(wire::limits::kLoadEventBytes + 1, 'x'))), Result::malformed);
  Bench measured(Framing::length, 1U << 30);
  EXPECT_EQ(measured.read(std::string(wire::limits::kLoadEventBytes + 1, 'x')), Result::malformed);
}

TEST(StreamStep, times_gaps_between_bytes_by_the_kernels_stamp) {
  Bench bench;
  bench.event(": a", 2 * kSecond);
  bench.event(": b", 3 * kSecond);
  EXPECT_EQ(bench.timer(Timer::byte_gap).count(), 2u);
  EXPECT_EQ(bench.timer(Timer::byte_gap).max(), static_cast<std::uint64_t>(2 * kSecond));
  EXPECT_EQ(bench.timer(Timer::byte_gap).min(), static_cast<std::uint64_t>(kSecond));
}

TEST(StreamStep, times_gaps_between_heartbeats_whatever_comes_in_between) {
  Bench bench;
  bench.event(": a", kSecond);
  bench.event("data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\",\"params\":\"ping\"}", 2 * kSecond);
  bench.event("data: {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", 4 * kSecond);
  bench.event(": b\n: c", 5 * kSecond);
  EXPECT_EQ(bench.count(Counter::heartbeats), 4u);
  EXPECT_EQ(bench.timer(Timer::heartbeat_gap).count(), 2u);
  EXPECT_EQ(bench.timer(Timer::heartbeat_gap).max(), static_cast<std::uint64_t>(3 * kSecond));
}

TEST(StreamStep, takes_a_gap_that_only_the_end_of_the_stream_ended_for_as_long_as_it_was) {
  Bench bench;
  bench.event(": a", kSecond);
  bench.event(": b", 3 * kSecond);
  bench.event("data: c", 4 * kSecond);
  count_end(bench.state, bench.observation, EndReason::client, kStart + 30 * kSecond);
  EXPECT_EQ(bench.timer(Timer::heartbeat_gap).max(), static_cast<std::uint64_t>(27 * kSecond));
  EXPECT_EQ(bench.timer(Timer::byte_gap).max(), static_cast<std::uint64_t>(26 * kSecond));
  Bench lively;
  lively.event(": a", kSecond);
  lively.event(": b", 16 * kSecond);
  count_end(lively.state, lively.observation, EndReason::client, kStart + 20 * kSecond);
  EXPECT_EQ(lively.timer(Timer::heartbeat_gap).count(), 1u) << "it may have been as long as the one before";
  EXPECT_EQ(lively.timer(Timer::byte_gap).count(), 2u);
}

/// So many heartbeats, a second apart, and then nothing until `end_s`.
std::uint64_t ceased_after(int heartbeats, int end_s, EndReason reason = EndReason::client) {
  Bench bench;
  for (int i = 1; i <= heartbeats; ++i) { bench.event(": a", i * kSecond); }
  count_end(bench.state, bench.observation, reason, kStart + end_s * kSecond);
  return bench.count(Counter::streams_ceased);
}

TEST(StreamStep, tells_that_the_heartbeats_of_a_stream_had_ceased_when_we_closed_it) {
  EXPECT_EQ(ceased_after(3, 9), 1u);
  EXPECT_EQ(ceased_after(3, 9, EndReason::rst), 0u) << "a drop is counted as one";
  EXPECT_EQ(ceased_after(3, 7), 0u) << "a stall";
  EXPECT_EQ(ceased_after(2, 60), 0u) << "one gap makes no rhythm";
  EXPECT_EQ(ceased_after(0, 60), 0u);
  Bench slow;
  for (const int at_s : {1, 16, 31}) { slow.event(": a", at_s * kSecond); }
  slow.event("data: a", 40 * kSecond);
  count_end(slow.state, slow.observation, EndReason::client, kStart + 95 * kSecond);
  EXPECT_EQ(slow.count(Counter::streams_ceased), 0u);
  Bench fast;  // What is found in less time than an idle cut may be a pause of anybody.
  for (const int at_ms : {100, 200, 300, 400}) { fast.event(": a", at_ms * kMillisecond); }
  count_end(fast.state, fast.observation, EndReason::client, kStart + 5 * kSecond);
  EXPECT_EQ(fast.count(Counter::streams_ceased), 0u);
}

/// Events at these times, and then nothing but `heartbeats`, a second apart, until the end.
std::unique_ptr<Bench> after_events(const std::vector<double>& at_s, double end_s, bool heartbeats = false) {
  auto bench = std::make_unique<Bench>();
  for (const double at : at_s) { bench->event("data: a", static_cast<std::int64_t>(at * 1e9)); }
  for (double at = 1; heartbeats && at < end_s; ++at) {
    if (at > at_s.back()) { bench->event(": hb", static_cast<std::int64_t>(at * 1e9)); }
  }
  count_end(bench->state, bench->observation, EndReason::client, kStart + static_cast<std::int64_t>(end_s * 1e9));
  return bench;
}

std::vector<double> each(double gap_s, int count) {
  std::vector<double> out;
  for (int i = 1; i <= count; ++i) { out.push_back(i * gap_s); }
  return out;
}

TEST(StreamStep, tells_that_a_rhythm_of_events_had_ceased) {
  EXPECT_EQ(after_events(each(0.5, 20), 30)->count(Counter::streams_ceased), 1u);
  const auto beating = after_events(each(0.5, 20), 30, true);
  EXPECT_EQ(beating->count(Counter::streams_ceased), 0u);
  EXPECT_EQ(beating->count(Counter::events_ceased), 1u);
  EXPECT_EQ(beating->timer(Timer::event_gap).count(), 19u);
  EXPECT_NEAR(static_cast<double>(beating->timer(Timer::event_gap).max()), 5e8, 5e6);
}

TEST(StreamStep, takes_events_that_come_by_chance_or_in_bursts_for_no_rhythm) {
  std::vector<double> uneven = each(0.5, 20);
  uneven.push_back(13);
  for (const auto& [at_s, end_s] : std::vector<std::pair<std::vector<double>, double>>{
           {each(0.5, 12), 60}, {each(0.1, 40), 60}, {each(2, 20), 51}, {uneven, 60}, {each(0.01, 1000), 60}}) {
    const auto bench = after_events(at_s, end_s);
    EXPECT_EQ(bench->count(Counter::streams_ceased) + bench->count(Counter::events_ceased), 0u) << at_s.size();
  }
}

TEST(StreamStep, takes_events_that_may_be_about_our_calls_for_no_rhythm_until_calls_came_without) {
  for (const auto& [gap, ceased] : {std::pair{kSecond, 1u}, std::pair{4 * kSecond, 0u}, std::pair{INT64_MAX, 0u}}) {
    Bench bench;
    bench.observation.call_gap = gap;
    for (int i = 1; i <= 20; ++i) { bench.event("data: a", i * kSecond / 2); }
    count_end(bench.state, bench.observation, EndReason::client, kStart + 31 * kSecond);
    EXPECT_EQ(bench.count(Counter::streams_ceased), ceased) << gap;
  }
}

TEST(StreamStep, counts_streams_that_never_brought_a_byte) {
  Bench mute;
  count_end(mute.state, mute.observation, EndReason::client, kStart + 9 * kSecond);
  EXPECT_EQ(mute.count(Counter::streams_mute), 1u);
  Bench brief;
  count_end(brief.state, brief.observation, EndReason::client, kStart + 4 * kSecond);
  EXPECT_EQ(brief.count(Counter::streams_mute), 0u);
  Bench heard;
  heard.event(": a");
  count_end(heard.state, heard.observation, EndReason::client, kStart + 9 * kSecond);
  EXPECT_EQ(heard.count(Counter::streams_mute), 0u);
}

TEST(StreamStep, times_the_first_event_from_the_start_of_the_attempt) {
  Bench bench;
  bench.event(": no event", kMillisecond);
  bench.event("data: first", 13 * kMillisecond);
  bench.event("data: second", 14 * kMillisecond);
  const auto& first = bench.numbers.connect[static_cast<std::size_t>(ConnectPhase::first_event)];
  EXPECT_EQ(first.count(), 1u);
  EXPECT_EQ(first.max(), static_cast<std::uint64_t>(20 * kMillisecond));
}

TEST(StreamStep, records_client_lag_where_the_kernel_gave_a_stamp) {
  Bench bench;
  bench.read(wire::encode_chunk(": a\n"), 0, 70);
  bench.read(wire::encode_chunk(": a\n"), 0, -1);
  EXPECT_EQ(bench.timer(Timer::client_lag).count(), 1u);
  EXPECT_EQ(bench.timer(Timer::client_lag).max(), 70u);
}

TEST(StreamStep, takes_numeric_ids_for_no_sequence_unless_they_are_said_to_be_one) {
  Bench bench;
  for (const char* id : {"1767225600", "1767225660", "1767225660", "7"}) {
    bench.event(std::string("data: x\nid: ") + id);
  }
  bench.event("id: 9");
  count_end(bench.state, bench.observation, EndReason::rst, kStart);
  EXPECT_EQ(bench.count(Counter::events_sequenced), 0u);
  EXPECT_EQ(bench.count(Counter::events_lost) + bench.count(Counter::events_repeated), 0u);
  EXPECT_EQ(bench.count(Counter::events_out_of_order), 0u);
  EXPECT_EQ(bench.step.ids().get(bench.state.id), "9");
}

TEST(StreamStep, sums_no_jump_beyond_what_a_sum_can_hold) {
  Bench bench;
  bench.observation.sequence_of_ids = true;
  for (const char* id :
       {"-9223372036854775807", "9223372036854775807", "-9223372036854775807", "9223372036854775807"}) {
    bench.event(std::string("data: x\nid: ") + id);
  }
  EXPECT_GE(bench.count(Counter::events_lost), 4'000'000'000u);
  EXPECT_LE(bench.count(Counter::events_lost), 4u * 4'294'967'296u);
}

TEST(StreamStep, judges_the_sequence_by_event_ids_where_they_are_said_to_be_one) {
  Bench bench;
  bench.observation.sequence_of_ids = true;
  for (const char* id : {"1", "2", "4", "3", "4", "7"}) { bench.event(std::string("data: x\nid: ") + id); }
  count_end(bench.state, bench.observation, EndReason::rst, kStart);
  EXPECT_EQ(bench.count(Counter::events_out_of_order), 1u);
  EXPECT_EQ(bench.count(Counter::events_repeated), 1u);
  EXPECT_EQ(bench.count(Counter::events_lost), 2u);
}

TEST(StreamStep, judges_the_sequence_by_a_pointer_instead) {
  Bench bench;
  bench.observation.sequence = wire::JsonPointer::parse("/params/seq");
  bench.event("id: 5\ndata: {\"params\":{\"seq\":1}}");
  bench.event("id: 5\ndata: {\"params\":{\"seq\":\"2\"}}");
  bench.event("id: 5\ndata: {\"params\":{\"seq\":5}}");
  bench.event("id: 5\ndata: {\"params\":{}}");
  bench.event("id: 5\ndata: {\"params\":{\"seq\":5}}");
  count_end(bench.state, bench.observation, EndReason::rst, kStart);
  EXPECT_EQ(bench.count(Counter::events_sequenced), 4u);
  EXPECT_EQ(bench.count(Counter::events_lost), 2u);
  EXPECT_EQ(bench.count(Counter::events_repeated), 1u);
  EXPECT_EQ(bench.step.ids().get(bench.state.id), "5");
}

TEST(StreamStep, leaves_ids_that_are_no_numbers_unjudged) {
  Bench bench;
  bench.observation.sequence_of_ids = true;
  for (const char* id : {"a_1", "a_1", "b_7"}) { bench.event(std::string("data: x\nid: ") + id); }
  count_end(bench.state, bench.observation, EndReason::rst, kStart);
  EXPECT_EQ(bench.count(Counter::events_lost) + bench.count(Counter::events_repeated), 0u);
  EXPECT_EQ(bench.count(Counter::events_sequenced), 0u);
  EXPECT_EQ(bench.step.ids().get(bench.state.id), "b_7");
}

TEST(StreamStep, keeps_an_id_that_came_without_an_event) {
  Bench bench;
  bench.event("id: 6\ndata: x");
  bench.event("id: 7");
  EXPECT_EQ(bench.step.ids().get(bench.state.id), "7");
  EXPECT_EQ(bench.count(Counter::events), 1u);
}

std::string sent(std::int64_t at_ns) { return fmt::format("data: {{\"t\":{}}}", (kEpoch + kStart + at_ns) / 1000); }

TEST(StreamStep, measures_delivery_from_the_senders_time_to_the_kernels_stamp) {
  Bench bench;
  bench.observation.sent_at = wire::JsonPointer::parse("/t");
  bench.event(sent(10 * kMillisecond), 13 * kMillisecond);
  bench.event(sent(30 * kMillisecond), 20 * kMillisecond);  // Their clock is ahead.
  bench.event("data: {\"t\":\"unknown\"}", 20 * kMillisecond);
  EXPECT_EQ(bench.timer(Timer::delivery_delay).count(), 2u);
  EXPECT_EQ(bench.timer(Timer::delivery_delay).max(), static_cast<std::uint64_t>(3 * kMillisecond));
  EXPECT_EQ(bench.timer(Timer::delivery_delay).min(), 0u);
}

TEST(StreamStep, measures_no_delivery_by_a_clock_that_is_ahead) {
  Bench bench;
  bench.observation.sent_at = wire::JsonPointer::parse("/t");
  bench.event(sent(10 * kMillisecond), 13 * kMillisecond);
  bench.event(sent(60 * kSecond), 20 * kMillisecond);
  EXPECT_EQ(bench.timer(Timer::delivery_delay).count(), 1u);
  EXPECT_EQ(bench.count(Counter::events_ahead), 1u);
}

TEST(StreamStep, names_events_that_came_together_though_sent_apart) {
  Bench bench;
  bench.observation.sent_at = wire::JsonPointer::parse("/t");
  const std::string apart = sent(0) + "\n\n" + sent(60 * kMillisecond) + "\n\n" + sent(120 * kMillisecond) + "\n\n" +
                            sent(300 * kMillisecond) + "\n\n";
  bench.read(wire::encode_chunk(apart), kSecond);
  EXPECT_EQ(bench.count(Counter::events_coalesced), 2u);  // 120 and 300 ms after the first.
  bench.event(sent(kSecond), kSecond);
  bench.event(sent(2 * kSecond), 2 * kSecond);  // Each in its own read.
  EXPECT_EQ(bench.count(Counter::events_coalesced), 2u);
}

TEST(StreamStep, classes_ends_by_what_the_transport_said) {
  Bench between;
  EXPECT_EQ(between.cut(Cut::fin), EndReason::fin_no_terminator);
  EXPECT_EQ(between.cut(Cut::reset), EndReason::rst);
  EXPECT_EQ(between.cut(Cut::tls), EndReason::tls_close);
  between.read("5\r\nda");
  EXPECT_EQ(between.cut(Cut::fin), EndReason::fin_mid_chunk);
  EXPECT_EQ(Bench(Framing::length, 9).cut(Cut::fin), EndReason::fin_mid_chunk);
  EXPECT_EQ(Bench(Framing::close).cut(Cut::fin), EndReason::close_delimited_eof);
}

TEST(StreamStep, calls_an_end_after_the_longest_silence_an_idle_cut) {
  for (const Cut cut : {Cut::fin, Cut::reset, Cut::tls}) {
    Bench bench;
    bench.event(": a", 8 * kSecond);
    EXPECT_NE(bench.cut(cut, 12 * kSecond), EndReason::idle_cut);  // Too short.
    EXPECT_NE(bench.cut(cut, 15 * kSecond), EndReason::idle_cut);  // It was silent for longer before.
    EXPECT_NE(bench.cut(cut, 16 * kSecond), EndReason::idle_cut);  // As long, and it lived through it.
    EXPECT_EQ(bench.cut(cut, 17 * kSecond), EndReason::idle_cut);
  }
}

TEST(StreamStep, counts_the_end_with_its_age_and_silence) {
  Bench bench;
  bench.event(": a", 3 * kSecond);
  count_end(bench.state, bench.observation, EndReason::rst, kStart + 10 * kSecond);
  const auto rst = static_cast<std::size_t>(EndReason::rst);
  EXPECT_EQ(bench.numbers.ends[rst], 1u);
  EXPECT_EQ(bench.numbers.age[rst].max(), static_cast<std::uint64_t>(10 * kSecond));
  EXPECT_EQ(bench.numbers.idle_age[rst].max(), static_cast<std::uint64_t>(7 * kSecond));
  bench.state.in_handshake = true;
  count_end(bench.state, bench.observation, EndReason::rst, kStart);
  EXPECT_EQ(bench.numbers.ends[rst], 1u);
}

TEST(StreamStep, stops_when_the_owner_closes_the_stream_from_within) {
  for (const std::string_view cut :
       {"data: b\n\ndata: c\n\n", "data: b\n\ndata: half", "data: b\ndata: joined\n\n: c"}) {
    Bench bench;
    const std::string bytes = wire::encode_chunk("data: a\n\n") + wire::encode_chunk(cut) + "0\r\n\r\n";
    bench.owner.on_event = [&](std::uint32_t slot) {
      if (bench.owner.events.size() < 2) { return; }
      bench.step.stop(slot, bench.state);
      begin_stream(bench.state, Handover{.framing = Framing::close}, false, kStart);  // Somebody else's now.
    };
    EXPECT_EQ(bench.read(bytes), Result::stopped);
    EXPECT_EQ(bench.owner.events.size(), 2u);
    EXPECT_EQ(bench.count(Counter::heartbeats), 0u);
    EXPECT_EQ(bench.state.framing, Framing::close);
    EXPECT_FALSE(bench.state.events.holds_buffer());
  }
}

TEST(StreamStep, lets_the_owner_read_other_streams_from_within) {
  Bench bench;
  StreamState other;
  begin_stream(other, Handover{.framing = Framing::close}, false, kStart);
  bench.owner.on_event = [&](std::uint32_t slot) {
    if (slot != 0) { return bench.step.stop(0, bench.state); }
    bench.step.read(1, other, bench.observation, {"data: inner\n\ndata: more\n\n", kStart, kEpoch, 0});
  };
  EXPECT_EQ(bench.read(wire::encode_chunk("data: a\n\ndata: b\n\n")), Result::stopped);
  EXPECT_THAT(bench.owner.events, ElementsAre("a", "inner", "more"));
}

}  // namespace
}  // namespace weir::loadgen
