#include "loadgen/stream/polled.hpp"

#include <gtest/gtest.h>

#include "wire/http/chunked.hpp"

namespace weir::loadgen {
namespace {

using reports::load::EndReason;
using Result = StreamStep::Result;

constexpr std::int64_t kOpened = 1'000 * kSecond;
constexpr std::string_view kPriming = "id: 1\nretry: 100\ndata:\n\n";

struct IdleOwner final : StreamOwner {
  void event(std::uint32_t, const wire::SseEventView&, std::int64_t) override {}
  void retry(std::uint32_t, std::uint64_t) override {}
  void ended(std::uint32_t, EndReason) override {}
};

/// One stream that begins with id and `retry`; times are nanoseconds after its opening.
struct PolledStream : ::testing::TestWithParam<Framing> {
  PolledStream() {
    observation.numbers = &numbers;
    observation.idle_cut_after = 5 * kSecond;
    Handover handover;
    handover.framing = GetParam();
    begin_stream(state, handover, false, kOpened);
    brings(kPriming, 0);
  }
  Result read(std::string_view bytes, std::int64_t at_ns) {
    return step.read(0, state, observation, {bytes, kOpened + at_ns, kOpened + at_ns, 0});
  }
  void brings(std::string_view lines, std::int64_t at_ns) {
    const bool chunked = GetParam() == Framing::chunked;
    ASSERT_EQ(read(chunked ? wire::encode_chunk(lines) : std::string(lines), at_ns), Result::open);
  }
  /// As its framing says.
  bool polls_at(std::int64_t at_ns) {
    if (GetParam() == Framing::close) {
      return ends_to_be_polled(state, observation, end_of(state, observation, Cut::fin, kOpened + at_ns),
                               kOpened + at_ns);
    }
    EXPECT_EQ(read("0\r\n", at_ns), Result::open);
    EXPECT_EQ(read("\r\n", at_ns), Result::clean_end);
    return ends_to_be_polled(state, observation, EndReason::clean_end, kOpened + at_ns);
  }
  bool cut_at(Cut how, std::int64_t at_ns) {
    return ends_to_be_polled(state, observation, end_of(state, observation, how, kOpened + at_ns), kOpened + at_ns);
  }

  reports::load::PopulationNumbers numbers;
  Observation observation;
  IdleOwner owner;
  StreamStep step{owner};
  StreamState state;
};
struct ChunkedPolledStream : PolledStream {};
struct ClosedPolledStream : PolledStream {};

TEST_P(PolledStream, may_end_as_soon_as_it_has_said_so) { EXPECT_TRUE(polls_at(100 * kMillisecond)); }

TEST_P(PolledStream, that_says_so_before_it_ends_may_have_been_silent) {
  brings(": hb\n\n", 3 * kSecond);
  brings("retry: 100\n\n", 60 * kSecond);
  EXPECT_TRUE(polls_at(60 * kSecond + 10 * kMillisecond));
}

TEST_P(PolledStream, that_had_brought_something_ends_after_silence_as_by_a_cut) {
  brings("id: 2\ndata: {}\n\n", 3 * kSecond);
  EXPECT_FALSE(polls_at(63 * kSecond));
}

TEST_P(ChunkedPolledStream, is_ended_by_whoever_writes_the_last_chunk) {
  for (const Cut cut : {Cut::fin, Cut::reset, Cut::tls}) {
    EXPECT_FALSE(cut_at(cut, 10 * kMillisecond));
    EXPECT_FALSE(cut_at(cut, 60 * kSecond));
  }
}

TEST_P(ChunkedPolledStream, that_was_silent_all_its_life_is_believed) { EXPECT_TRUE(polls_at(60 * kSecond)); }

TEST_P(ChunkedPolledStream, ends_by_a_schedule_where_it_has_lived_through_as_long_a_silence) {
  brings("id: 2\ndata: {}\n\n", 30 * kSecond);
  EXPECT_TRUE(polls_at(60 * kSecond));
}

TEST_P(ChunkedPolledStream, may_be_silent_for_less_than_an_idle_cut_takes) {
  brings("id: 2\ndata: {}\n\n", 3 * kSecond);
  EXPECT_TRUE(polls_at(7 * kSecond));
}

TEST_P(ClosedPolledStream, says_so_with_its_last_bytes) {
  brings("id: 2\ndata: {}\n\n", kSecond);
  EXPECT_FALSE(polls_at(kSecond + 10 * kMillisecond));  // A crash looks the same.
}

TEST_P(ClosedPolledStream, is_not_believed_after_a_silence) { EXPECT_FALSE(polls_at(3 * kSecond)); }

constexpr auto kName = [](const auto& of) { return of.param == Framing::chunked ? "chunked" : "closed"; };
INSTANTIATE_TEST_SUITE_P(Of, PolledStream, ::testing::Values(Framing::chunked, Framing::close), kName);
INSTANTIATE_TEST_SUITE_P(Of, ChunkedPolledStream, ::testing::Values(Framing::chunked), kName);
INSTANTIATE_TEST_SUITE_P(Of, ClosedPolledStream, ::testing::Values(Framing::close), kName);

}  // namespace
}  // namespace weir::loadgen
