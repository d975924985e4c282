#include "wire/base/text.hpp"

#include <gtest/gtest.h>

namespace weir::wire {
namespace {

TEST(Text, replaces_only_what_is_no_utf8) {
  EXPECT_EQ(valid_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8a"), "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8a");
  EXPECT_EQ(valid_utf8("a\xff"
                       "b"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(valid_utf8("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd");                  // overlong
  EXPECT_EQ(valid_utf8("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // surrogate
  EXPECT_EQ(valid_utf8("\xe2\x82"), "\xef\xbf\xbd");                              // cut short: one maximal subpart
  EXPECT_EQ(valid_utf8("\xf4\x90\x80\x80").size(), 12U);                          // above U+10FFFF
}

TEST(Text, shows_what_a_terminal_would_obey) {
  EXPECT_EQ(printable("a\x1b[2Jb\r\n\tc\x7f"), "a\\x1b[2Jb\\r\\n\\tc\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "1m"),
            "\\u009b1m");  // the C1 form of ESC [
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "exe"),
            "\\u202eexe");  // right-to-left override
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("caf\xc3\xa9"), "caf\xc3\xa9");
}

TEST(Text, says_times_as_people_do) {
  EXPECT_EQ(readable_time(0), "0 ms");
  EXPECT_EQ(readable_time(99), "99 ms");
  EXPECT_EQ(readable_time(1834), "1.8 s");
}

}  // namespace
}  // namespace weir::wire
