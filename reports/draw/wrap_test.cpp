#include "reports/draw/wrap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::reports {
namespace {

using ::testing::ElementsAre;

TEST(Wrapped, breaks_at_blanks_and_cuts_words_that_are_too_long) {
  EXPECT_THAT(wrapped("one two three", 7, 9), ElementsAre("one two", "three"));
  EXPECT_THAT(wrapped("onetwothree", 4, 9), ElementsAre("onet", "woth", "ree"));
  EXPECT_THAT(wrapped("", 4, 9), ElementsAre());
  EXPECT_THAT(wrapped("one two three four", 5, 2), ElementsAre("one", "tw..."));
}

TEST(Clipped, counts_characters_and_splits_none) {
  EXPECT_EQ(clipped("\u00e4\u00f6\u00fc\u00e4\u00f6", 5), "\u00e4\u00f6\u00fc\u00e4\u00f6");
  EXPECT_EQ(clipped("\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc", 5), "\u00e4\u00f6...");
  EXPECT_EQ(clipped("abc", 2), "...");
}

}  // namespace
}  // namespace weir::reports
