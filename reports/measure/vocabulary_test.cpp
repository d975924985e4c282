#include "reports/measure/vocabulary.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace weir::reports::load {
namespace {

// The first and the last of each enumeration hold the order of the table in between.
TEST(Vocabulary, names_each_word_as_metrics_and_reports_have_it) {
  EXPECT_EQ(to_string(EndReason::clean_end), "clean_end");
  EXPECT_EQ(to_string(EndReason::idle_cut), "idle_cut");
  EXPECT_EQ(to_string(EndReason::completed), "completed");
  EXPECT_EQ(to_string(EndReason::client), "client");
  EXPECT_EQ(to_string(OpenFailure::http_502), "http_502");
  EXPECT_EQ(to_string(OpenFailure::not_a_stream), "not_a_stream");
  EXPECT_EQ(to_string(OpenFailure::unfinished), "unfinished");
  EXPECT_EQ(to_string(OpenFailure::out_of_files), "out_of_files");
  EXPECT_EQ(to_string(CallOutcome::http_504), "http_504");
  EXPECT_EQ(to_string(CallOutcome::malformed), "malformed");
  EXPECT_EQ(to_string(CallOutcome::unfinished), "unfinished");
  EXPECT_EQ(to_string(DropCause::end_of_phase), "end_of_phase");
  EXPECT_EQ(to_string(ConnectPhase::initialize), "initialize");
  EXPECT_EQ(to_string(Counter::events_sequenced), "events_sequenced");
  EXPECT_EQ(to_string(Counter::calls_intended), "calls_intended");
  EXPECT_EQ(to_string(Gauge::calls_in_flight), "calls_in_flight");
  EXPECT_EQ(to_string(Counter::stream_ms), "stream_ms");
  EXPECT_EQ(to_string(Gauge::streams_silent_120s), "streams_silent_120s");
  EXPECT_EQ(to_string(Open::heartbeat_gap), "heartbeat_gap");
  EXPECT_EQ(to_string(Open::reconnect), "reconnect");
  EXPECT_EQ(to_string(WorkerGauge::alive), "alive");
  EXPECT_EQ(to_string(Timer::schedule_lag), "schedule_lag");
  EXPECT_EQ(to_string(Timer::open_queue), "open_queue");
  EXPECT_EQ(to_string(static_cast<EndReason>(200)), "unknown");
}

template <class Enum>
std::size_t distinct(std::size_t count) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < count; ++i) { names.insert(to_string(static_cast<Enum>(i))); }
  return names.size();
}

TEST(Vocabulary, calls_an_end_a_drop_that_is_neither_ours_nor_what_the_stream_was_for) {
  for (const auto good : {EndReason::completed, EndReason::polled, EndReason::worker_lost, EndReason::client}) {
    EXPECT_FALSE(is_drop(good)) << to_string(good);
  }
  for (const auto drop : {EndReason::clean_end, EndReason::rst, EndReason::half_open, EndReason::malformed}) {
    EXPECT_TRUE(is_drop(drop)) << to_string(drop);
  }
}

TEST(Vocabulary, gives_no_name_twice) {
  EXPECT_EQ(distinct<EndReason>(kEndReasons), kEndReasons);
  EXPECT_EQ(distinct<OpenFailure>(kOpenFailures), kOpenFailures);
  EXPECT_EQ(distinct<CallOutcome>(kCallOutcomes), kCallOutcomes);
  EXPECT_EQ(distinct<Counter>(kCounters), kCounters);
  EXPECT_EQ(distinct<Timer>(kTimers), kTimers);
}

}  // namespace
}  // namespace weir::reports::load
