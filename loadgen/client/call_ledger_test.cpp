#include "loadgen/client/call_ledger.hpp"

#include <gtest/gtest.h>

#include <set>

namespace weir::loadgen {
namespace {

using reports::load::CallOutcome;

constexpr std::int64_t kStart = 100 * kSecond;
constexpr std::string_view kResult = R"({"jsonrpc":"2.0","id":1,"result":{"content":[]}})";

/// One tool of one population; times are nanoseconds after kStart.
struct Bench {
  std::uint64_t begin(std::uint32_t slot = 0, bool on_stream = false, std::int64_t at_ns = 0) {
    const std::uint64_t id = ledger.begin({.slot = slot,
                                           .intended_ns = kStart + at_ns,
                                           .deadline_ns = kStart + at_ns + 10 * kSecond,
                                           .answered_on_stream = on_stream});
    ledger.sent_by(id, static_cast<std::uint32_t>(exchanges++));
    return id;
  }
  void answer(std::uint64_t id, std::uint32_t slot = 0, std::string_view message = kResult,
              std::int64_t at_ns = kSecond) {
    ledger.answered({id, slot, message, kStart + at_ns});
  }
  void finish(std::uint64_t id, int status, std::string_view type = "application/json",
              wire::EndClass end = wire::EndClass::clean) {
    Outcome post;
    post.http.head.status = status;
    post.http.head.headers.add("Content-Type", std::string(type));
    post.http.end = end;
    ledger.post_finished(id, post, kStart + 2 * kSecond);
  }
  void fail(std::uint64_t id, Failed failed) {
    Outcome post;
    post.failed = failed;
    ledger.post_finished(id, post, kStart + kSecond);
  }
  void expire(std::int64_t at_ns) {
    ledger.expire(
        kStart + at_ns, [&](std::uint32_t) { return heard_ns; },
        [&](std::uint64_t, std::uint32_t exchange) { cancel(exchange); });
  }
  void cancel(std::uint32_t exchange) {
    if (exchange != CallLedger::kNoExchange) { cancelled.insert(exchange); }
  }
  std::uint64_t count(CallOutcome outcome) const {
    return numbers.populations[0].tools[0].outcomes[static_cast<std::size_t>(outcome)];
  }
  std::uint64_t all() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t n : numbers.populations[0].tools[0].outcomes) { sum += n; }
    return sum;
  }
  const reports::load::Histogram& duration() const { return numbers.populations[0].tools[0].duration; }

  reports::load::Snapshot numbers{reports::load::Layout{{{"p", {"echo"}}}}};
  CallLedger ledger{numbers, 5 * kSecond, 1000};
  int exchanges = 0;
  std::int64_t heard_ns = INT64_MIN;
  std::set<std::uint32_t> cancelled;
};

TEST(CallLedger, gives_ids_that_are_never_given_twice) {
  Bench bench;
  std::set<std::uint64_t> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t id = bench.begin();
    EXPECT_GE(id, kFirstCallId);
    EXPECT_TRUE(ids.insert(id).second);
    if (i % 2 == 0) { bench.answer(id); }
    bench.expire((i + 1) * kSecond);
  }
  EXPECT_LT(*ids.rbegin(), std::uint64_t{1} << 53);
}

TEST(CallLedger, bounds_calls_in_flight) {
  Bench bench;
  std::vector<std::uint64_t> ids;
  while (!bench.ledger.full()) { ids.push_back(bench.begin()); }
  EXPECT_EQ(ids.size(), 1000u);
  EXPECT_EQ(bench.ledger.in_flight(), 1000u);
  bench.answer(ids[7]);
  EXPECT_FALSE(bench.ledger.full());
}

TEST(CallLedger, tells_answers_apart) {
  EXPECT_EQ(outcome_of(kResult), CallOutcome::ok);
  EXPECT_EQ(outcome_of(R"({"id":1,"result":{"content":[],"isError":true}})"), CallOutcome::tool_error);
  EXPECT_EQ(outcome_of(R"({"id":1,"result":{"content":[{"isError":true}],"isError":false}})"), CallOutcome::ok);
  EXPECT_EQ(outcome_of(R"({"id":1,"error":{"code":-32602}})"), CallOutcome::jsonrpc_error);
  for (const char* other : {"", "7", "[]", R"({"id":1,"result":7})", R"({"id":1,"method":"ping"})"}) {
    EXPECT_EQ(outcome_of(other), CallOutcome::malformed) << other;
  }
}

TEST(CallLedger, counts_an_answer_from_the_intended_start) {
  Bench bench;
  const std::uint64_t id = bench.begin(0, false, kSecond);
  bench.answer(id, 0, kResult, 3 * kSecond);
  bench.finish(id, 200);
  EXPECT_EQ(bench.count(CallOutcome::ok), 1u);
  EXPECT_EQ(bench.all(), 1u);
  EXPECT_EQ(bench.duration().max(), static_cast<std::uint64_t>(2 * kSecond));
  EXPECT_EQ(bench.ledger.in_flight(), 0u);
}

TEST(CallLedger, classes_posts_by_status_and_failure) {
  const std::vector<std::pair<int, CallOutcome>> statuses = {
      {400, CallOutcome::http_4xx}, {401, CallOutcome::http_401}, {404, CallOutcome::http_4xx},
      {429, CallOutcome::http_429}, {500, CallOutcome::http_5xx}, {502, CallOutcome::http_502},
      {503, CallOutcome::http_503}, {504, CallOutcome::http_504}, {302, CallOutcome::http_3xx},
      {200, CallOutcome::malformed}};
  for (const auto& [status, outcome] : statuses) {
    Bench bench;
    bench.finish(bench.begin(), status);
    EXPECT_EQ(bench.count(outcome), 1u) << status;
    EXPECT_EQ(bench.duration().count(), 1u) << status;
  }
  const std::vector<std::pair<Failed, CallOutcome>> failures = {
      {Failed::connect, CallOutcome::connect},      {Failed::closed, CallOutcome::connect},
      {Failed::reset, CallOutcome::connect},        {Failed::head_timeout, CallOutcome::timeout},
      {Failed::body_timeout, CallOutcome::timeout}, {Failed::malformed, CallOutcome::malformed},
      {Failed::too_big, CallOutcome::malformed}};
  for (const auto& [failed, outcome] : failures) {
    Bench bench;
    bench.fail(bench.begin(), failed);
    EXPECT_EQ(bench.count(outcome), 1u);
    EXPECT_EQ(bench.duration().count(), outcome == CallOutcome::timeout ? 1u : 0u);
  }
}

TEST(CallLedger, takes_a_response_stream_without_its_answer_for_lost_or_broken) {
  Bench bench;
  bench.finish(bench.begin(), 200, "text/event-stream");
  EXPECT_EQ(bench.count(CallOutcome::lost), 1u);
  bench.finish(bench.begin(), 200, "text/event-stream", wire::EndClass::fin_mid_chunk);
  EXPECT_EQ(bench.count(CallOutcome::connect), 1u);
}

TEST(CallLedger, takes_an_answer_on_the_held_stream_before_or_after_the_202) {
  Bench bench;
  const std::uint64_t after = bench.begin(3, true);
  bench.finish(after, 202);
  EXPECT_EQ(bench.all(), 0u);
  bench.answer(after, 3);
  const std::uint64_t before = bench.begin(3, true);
  bench.answer(before, 3);
  bench.finish(before, 202);
  EXPECT_EQ(bench.count(CallOutcome::ok), 2u);
  EXPECT_EQ(bench.all(), 2u);
}

TEST(CallLedger, times_out_what_nobody_knows_of_and_ends_its_exchange) {
  Bench bench;
  bench.expire(0);
  bench.begin();
  bench.expire(9 * kSecond);
  EXPECT_EQ(bench.all(), 0u);
  bench.expire(10 * kSecond + kMillisecond);
  EXPECT_EQ(bench.count(CallOutcome::timeout), 1u);
  EXPECT_GE(bench.duration().max(), static_cast<std::uint64_t>(10 * kSecond)) << "so long it was waited for";
  EXPECT_EQ(bench.cancelled, std::set<std::uint32_t>{0});
  bench.expire(60 * kSecond);
  EXPECT_EQ(bench.all(), 1u);
  EXPECT_EQ(bench.ledger.next_ns(), INT64_MAX);
}

TEST(CallLedger, tells_lost_from_timed_out_by_whether_the_stream_was_heard_of) {
  for (const bool heard : {false, true}) {
    Bench bench;
    bench.expire(0);
    bench.finish(bench.begin(3, true), 202);  // At 2 s.
    bench.heard_ns = kStart + (heard ? 3 : 1) * kSecond;
    bench.expire(11 * kSecond);
    EXPECT_EQ(bench.count(heard ? CallOutcome::lost : CallOutcome::timeout), 1u);
    EXPECT_EQ(bench.all(), 1u);
  }
}

TEST(CallLedger, loses_accepted_calls_with_their_stream) {
  Bench bench;
  const std::uint64_t accepted = bench.begin(3, true);
  const std::uint64_t other_slot = bench.begin(4, true);
  const std::uint64_t not_yet = bench.begin(3, true);
  const std::uint64_t answered = bench.begin(3, true);
  const std::uint64_t in_its_post = bench.begin(3, false);
  for (const std::uint64_t id : {accepted, other_slot, answered}) { bench.finish(id, 202); }
  bench.answer(answered, 3);
  bench.ledger.slot_lost(3, kStart + 7 * kSecond);
  EXPECT_EQ(bench.count(CallOutcome::lost), 1u);
  EXPECT_EQ(bench.duration().max(), static_cast<std::uint64_t>(7 * kSecond));
  bench.finish(not_yet, 202);  // Accepted, but the stream is gone already.
  EXPECT_EQ(bench.count(CallOutcome::lost), 2u);
  EXPECT_EQ(bench.ledger.in_flight(), 2u);
  bench.answer(other_slot, 4);
  bench.answer(in_its_post, 3);
  EXPECT_EQ(bench.count(CallOutcome::ok), 3u);
  bench.ledger.slot_lost(3, kStart + 8 * kSecond);
  bench.ledger.slot_lost(4, kStart + 8 * kSecond);
  EXPECT_EQ(bench.all(), 5u);
}

TEST(CallLedger, counts_a_second_answer_beside_the_first_within_its_window) {
  Bench bench;
  bench.expire(0);
  const std::uint64_t id = bench.begin();
  bench.answer(id);
  bench.answer(id);
  EXPECT_EQ(bench.count(CallOutcome::ok), 1u);
  EXPECT_EQ(bench.count(CallOutcome::duplicate), 1u);
  EXPECT_EQ(bench.duration().count(), 1u);
  bench.expire(7 * kSecond);
  bench.answer(id);
  EXPECT_EQ(bench.count(CallOutcome::duplicate), 1u);
}

TEST(CallLedger, takes_a_late_answer_for_no_duplicate) {
  Bench bench;
  bench.expire(0);
  const std::uint64_t id = bench.begin();
  bench.expire(11 * kSecond);
  bench.answer(id, 0, kResult, 12 * kSecond);
  EXPECT_EQ(bench.all(), 1u);
  bench.answer(id, 0, kResult, 12 * kSecond);
  EXPECT_EQ(bench.count(CallOutcome::duplicate), 1u);
}

TEST(CallLedger, names_answers_on_somebody_elses_stream) {
  Bench bench;
  const std::uint64_t strayed = bench.begin(3, true);
  bench.answer(strayed, 4);
  EXPECT_EQ(bench.count(CallOutcome::wrong_session), 1u);
  EXPECT_EQ(bench.ledger.in_flight(), 0u);
  const std::uint64_t broadcast = bench.begin(3, true);
  bench.answer(broadcast, 3);
  bench.answer(broadcast, 4);
  EXPECT_EQ(bench.count(CallOutcome::ok), 1u);
  EXPECT_EQ(bench.count(CallOutcome::wrong_session), 2u);
  EXPECT_EQ(bench.ledger.slot_of(broadcast), 3u);
}

TEST(CallLedger, ignores_answers_to_nobody) {
  Bench bench;
  const std::uint64_t id = bench.begin();
  for (const std::uint64_t other : {std::uint64_t{0}, std::uint64_t{7}, id + 1, id + (1 << 20), UINT64_MAX}) {
    bench.answer(other);
  }
  EXPECT_EQ(bench.all(), 0u);
}

TEST(CallLedger, leaves_unfinished_what_is_in_flight_when_it_stops) {
  Bench bench;
  bench.begin();
  bench.finish(bench.begin(3, true), 202);
  bench.answer(bench.begin());
  const std::int64_t end = kStart + kSecond;
  bench.ledger.stop(end, [&](std::uint64_t, std::uint32_t exchange) { bench.cancel(exchange); });
  EXPECT_EQ(bench.count(CallOutcome::timeout), 0u);
  EXPECT_EQ(bench.count(CallOutcome::unfinished), 2u);
  EXPECT_EQ(bench.numbers.populations[0].tools[0].ended(), 1u) << "of the others nothing is known";
  EXPECT_EQ(bench.duration().max(), static_cast<std::uint64_t>(kSecond)) << "but that they took so long";
  EXPECT_EQ(bench.count(CallOutcome::ok), 1u);
  EXPECT_EQ(bench.cancelled, (std::set<std::uint32_t>{0, 2}));
  EXPECT_EQ(bench.ledger.in_flight(), 0u);
  EXPECT_EQ(bench.ledger.next_ns(), INT64_MAX);
}

TEST(CallLedger, takes_for_a_time_out_what_hangs_until_the_end_for_twice_as_long_as_any_answer_took) {
  Bench bench;
  bench.answer(bench.begin(), 0, kResult, 2 * kSecond);
  bench.begin(0, false, 1 * kSecond);
  bench.begin(0, false, kSecond + kSecond / 2 - 1);
  bench.begin(0, false, kSecond + kSecond / 2);
  bench.ledger.stop(kStart + 5 * kSecond + kSecond / 2, [](std::uint64_t, std::uint32_t) {});
  EXPECT_EQ(bench.count(CallOutcome::timeout), 2u);
  EXPECT_EQ(bench.count(CallOutcome::unfinished), 1u) << "the slowest of more answers may take as long";
  EXPECT_EQ(bench.numbers.populations[0].tools[0].ended(), 3u);
}

}  // namespace
}  // namespace weir::loadgen
