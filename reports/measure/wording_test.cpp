#include "reports/measure/wording.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "reports/measure/snapshot.hpp"

namespace weir::reports::load {
namespace {

using ::testing::HasSubstr;

const Layout kWorded{{{"watchers", {"echo"}}}};

std::vector<std::string>& words(Wording::Lists& lists, Words list) { return lists[static_cast<std::size_t>(list)]; }

TEST(Wording, of_this_program_is_its_own) {
  const auto own = Wording::of(Wording::own_words());
  ASSERT_TRUE(own) << own.error();
  EXPECT_EQ(*own, Wording::own());
  EXPECT_TRUE(own->missing().empty());
}

TEST(Wording, finds_each_number_by_its_name_in_another_order) {
  Wording::Lists lists = Wording::own_words();
  std::swap(words(lists, Words::counter)[0], words(lists, Words::counter)[2]);
  std::reverse(words(lists, Words::timer).begin(), words(lists, Words::timer).end());
  const auto theirs = Wording::of(lists);
  ASSERT_TRUE(theirs) << theirs.error();

  Snapshot written(kWorded);  // By a program whose first counter is our third, and whose first timer is our last.
  written.populations[0].counters[0] = 7;
  written.populations[0].timers[0].record(5);
  std::string bytes;
  encode_snapshot(written, bytes);
  Snapshot read;
  ASSERT_TRUE(decode_snapshot(kWorded, bytes, read, *theirs));
  EXPECT_EQ(read.populations[0].counters[2], 7U);
  EXPECT_EQ(read.populations[0].counters[0], 0U);
  EXPECT_EQ(read.populations[0].timers[kTimers - 1].count(), 1U);
  EXPECT_EQ(read.populations[0].timers[0].count(), 0U);
}

/// A journal of before a word was added: its numbers end earlier.
TEST(Wording, of_an_older_program_leaves_what_it_did_not_count_at_zero) {
  Wording::Lists lists = Wording::own_words();
  words(lists, Words::worker_gauge).pop_back();
  for (const auto list : {Words::counter, Words::gauge, Words::open, Words::end_reason, Words::open_failure,
                          Words::connect_phase, Words::timer, Words::call_outcome, Words::drop_cause}) {
    words(lists, list).clear();
  }
  const auto older = Wording::of(lists);
  ASSERT_TRUE(older) << older.error();
  EXPECT_THAT(older->missing(), ::testing::Contains("counter stream_ms"));
  // at, span, phase; the first worker gauge is 9, then the end of each list, and the tool's.
  std::string bytes = {2, 2, 0, 0, 18, static_cast<char>(words(lists, Words::worker_gauge).size() + 1)};
  bytes += std::string(5, '\x01') + std::string(2, '\x01') + '\x00';
  Histogram().encode(bytes);
  Snapshot read;
  ASSERT_TRUE(decode_snapshot(kWorded, bytes, read, *older));
  EXPECT_EQ(read[WorkerGauge::rss_bytes], 9);
}

TEST(Wording, with_a_word_that_nobody_here_knows_is_refused) {
  Wording::Lists lists = Wording::own_words();
  words(lists, Words::end_reason).push_back("went_home");
  EXPECT_THAT(Wording::of(lists).error(), HasSubstr("the end 'went_home'"));
  lists = Wording::own_words();
  words(lists, Words::gauge).push_back("streams_open");
  EXPECT_THAT(Wording::of(lists).error(), HasSubstr("'streams_open' twice"));
}

}  // namespace
}  // namespace weir::reports::load
