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
  EXPECT_EQ(to_string(EndReason::client), "client");
  EXPECT_EQ(to_string(OpenFailure::http_502), "http_502");
  EXPECT_EQ(to_string(OpenFailure::not_a_stream), "not_a_stream");
  EXPECT_EQ(to_string(OpenFailure::out_of_files), "out_of_files");
  EXPECT_EQ(to_string(CallOutcome::http_504), "http_504");
  EXPECT_EQ(to_string(CallOutcome::malformed), "malformed");
  EXPECT_EQ(to_string(DropCause::end_of_phase), "end_of_phase");
  EXPECT_EQ(to_string(ConnectPhase::initialize), "initialize");
  EXPECT_EQ(to_string(Counter::events_sequenced), "events_sequenced");
  EXPECT_EQ(to_string(Counter::calls_intended), "calls_intended");
  EXPECT_EQ(to_string(Gauge::calls_in_flight), "calls_in_flight");
  EXPECT_EQ(to_string(WorkerGauge::alive), "alive");
  EXPECT_EQ(to_string(Timer::schedule_lag), "schedule_lag");
  EXPECT_EQ(to_string(static_cast<EndReason>(200)), "unknown");
}

template <class Enum>
std::size_t distinct(std::size_t count) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < count; ++i) { names.insert(to_string(static_cast<Enum>(i))); }
  return names.size();
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
