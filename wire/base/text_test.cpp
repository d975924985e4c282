#include "wire/base/text.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
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

TEST(Text, shows_what_nobody_would_see) {
  for (const auto& [raw, shown] : std::vector<std::pair<std::string, std::string>>{{"\xc2\xad", "\\u00ad"},
                                                                                   {"\xcd\x8f", "\\u034f"},
                                                                                   {"\xe1\xa0\x8e", "\\u180e"},
                                                                                   {"\xe2\x80\x8b", "\\u200b"},
                                                                                   {"\xef\xbf\xb9", "\\ufff9"},
                                                                                   {"\xef\xbb\xbf", "\\ufeff"},
                                                                                   {"\xf0\x9b\xb2\xa0", "\\u1bca0"},
                                                                                   {"\xf0\x9d\x85\xb3", "\\u1d173"},
                                                                                   {"\xf3\xa0\x81\x81", "\\ue0041"},
                                                                                   {"\xf3\xa0\x84\x80", "\\ue0100"},
                                                                                   {"\xef\xbf\xbe", "\\xef\\xbf\\xbe"},
                                                                                   {"\xef\xb7\x90", "\\xef\\xb7\\x90"},
                                                                                   {"\xc2\x85", "\\u0085"}}) {
    EXPECT_EQ(printable("a" + raw + "b"), "a" + shown + "b");
  }
  EXPECT_EQ(printable("\xe2\x9c\x85\xef\xb8\x8f"), "\xe2\x9c\x85\xef\xb8\x8f");  // an emoji with its selector
}

TEST(Text, starts_no_command_of_a_ci_service) {
  EXPECT_EQ(printable("x ##[error]y"), "x #\\x23[error]y");
  EXPECT_EQ(printable("##vso[task.setvariable variable=a]b"), "#\\x23vso[task.setvariable variable=a]b");
  EXPECT_EQ(printable("##teamcity[x"), "#\\x23teamcity[x");
  EXPECT_EQ(printable("###[error]"), "##\\x23[error]");
  EXPECT_EQ(printable("::error file=a::b"), ":\\x3aerror file=a:\\x3ab");
  EXPECT_EQ(printable("::add-mask::a"), ":\\x3aadd-mask:\\x3aa");
  EXPECT_EQ(printable(":::debug::"), "::\\x3adebug::");
  for (const std::string_view text :
       {"http://[::1]:80/", "[::ffff:127.0.0.1]", "[fe80::abcd]", "## two", "a # [b]", "::"}) {
    EXPECT_EQ(printable(text), text);
  }
  for (const std::string_view text : {"###[error]##[", ":::debug::x::", "##vso##vso[", "\xc2\xad\xff"}) {
    EXPECT_EQ(printable(printable(text)), printable(text));
  }
}

TEST(Text, cuts_between_two_characters_and_says_so) {
  EXPECT_EQ(bounded("abc", 3), "abc");
  EXPECT_EQ(bounded("abcd", 3), "abc... (4 bytes in all)");
  EXPECT_EQ(bounded("ab\xc3\xa9", 3), "ab... (4 bytes in all)");
  EXPECT_EQ(bounded("abcd", 3, 70), "abc... (70 bytes in all)");
  EXPECT_EQ(bounded(std::string(5000, 'x'), 2), "xx... (5,000 bytes in all)");
  EXPECT_EQ(bounded("\x80\x80\x80", 2), "... (3 bytes in all)");
}

TEST(Text, cuts_no_escape_sequence_in_two) {
  for (const std::string_view escape : {"\\n", "\\\"", "\\\\", "\\x1b", "\\u202e", "\\u1d173", "\\ue0041"}) {
    const std::string text = fmt::format("ab{}and what follows", escape);
    for (std::size_t max = 2; max < 2 + escape.size(); ++max) {
      EXPECT_THAT(bounded(text, max), ::testing::StartsWith("ab... (")) << escape << " at " << max;
    }
    EXPECT_THAT(bounded(text, 2 + escape.size()), ::testing::StartsWith(fmt::format("ab{}... (", escape)));
  }
  EXPECT_THAT(bounded("\\\\u202e and more", 4), ::testing::StartsWith("\\\\u2... ("));  // An escaped backslash.
  EXPECT_THAT(bounded("\\\\\\u202e and more", 4), ::testing::StartsWith("\\\\... ("));
}

TEST(Text, cuts_no_entity_and_no_percent_encoded_byte_in_two) {
  for (const std::string_view code : {"&amp;", "&#x27;", "&quot;", "%2F"}) {
    const std::string text = fmt::format("a.{} and what follows", code);
    for (std::size_t max = 3; max < 2 + code.size(); ++max) {
      EXPECT_THAT(bounded(text, max), ::testing::StartsWith("a.... (")) << code << " at " << max;
    }
    EXPECT_THAT(bounded(text, 2 + code.size()), ::testing::StartsWith(fmt::format("a.{}... (", code)));
  }
}

TEST(Text, says_times_as_people_do) {
  EXPECT_EQ(readable_time(0), "0 ms");
  EXPECT_EQ(readable_time(99), "99 ms");
  EXPECT_EQ(readable_time(1834), "1.8 s");
}

}  // namespace
}  // namespace weir::wire
