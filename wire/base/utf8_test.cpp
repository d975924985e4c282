#include "wire/base/utf8.hpp"

#include <gtest/gtest.h>

namespace weir::wire {
namespace {

std::string lossy(std::string_view bytes) {
  std::string out;
  append_lossy_utf8(bytes, out);
  return out;
}

TEST(Utf8, keeps_what_is_well_formed) {
  const std::string text =
      "plain ASCII, \u00E9, \u20AC, \uD7FF, \uE000, \U00010000, \U0010FFFF and a longer ASCII tail";
  EXPECT_EQ(find_invalid_utf8(text), std::nullopt);
  EXPECT_EQ(lossy(text), text);
  EXPECT_EQ(lossy(""), "");
}

TEST(Utf8, decodes_code_points) {
  EXPECT_EQ(decode_utf8("\U0001F600x").code_point, 0x1F600u);
  EXPECT_EQ(decode_utf8("\U0001F600x").length, 4u);
  EXPECT_EQ(decode_utf8("\u20AC").code_point, 0x20ACu);
  EXPECT_EQ(decode_utf8("\u00E9").code_point, 0xE9u);
}

TEST(Utf8, replaces_each_maximal_subpart_once) {
  // Unicode 15 section 3.9, tables 3-8 to 3-11.
  EXPECT_EQ(lossy("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"), "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\x41");
  EXPECT_EQ(lossy("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"), "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\x41");
  EXPECT_EQ(lossy("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"), "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\x41\uFFFD\uFFFD\x42");
  EXPECT_EQ(lossy("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), "\uFFFD\uFFFD\uFFFD\uFFFD\x41");
}

TEST(Utf8, finds_a_sequence_that_the_end_cuts) {
  EXPECT_EQ(find_invalid_utf8("abc\xE2\x82"), 3u);
  EXPECT_EQ(lossy("abc\xE2\x82"), "abc\uFFFD");
}

}  // namespace
}  // namespace weir::wire
