#include "wire/schema/pattern.hpp"

#include <gtest/gtest.h>

#include "wire/base/limits.hpp"

namespace weir::wire::schema {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
  auto compiled = Pattern::compile(pattern);
  if (!compiled) {
    ADD_FAILURE() << compiled.error().detail;
    return false;
  }
  Budget budget(limits::kSchemaSteps);
  return (*compiled)->found_in(text, budget);
}

bool compiles(std::string_view pattern) { return Pattern::compile(pattern).has_value(); }

TEST(Pattern, is_found_anywhere_unless_anchored) {
  EXPECT_TRUE(matches("b", "abc"));
  EXPECT_FALSE(matches("^b", "abc"));
  EXPECT_FALSE(matches("b$", "abc"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_TRUE(matches("^$", ""));
}

TEST(Pattern, anchors_only_at_the_ends_of_the_text) {
  EXPECT_FALSE(matches("^b", "a\nb"));
  EXPECT_FALSE(matches("a$", "a\n"));
}

TEST(Pattern, counts_code_points) {
  EXPECT_TRUE(matches("^.$", "\xF0\x9F\x98\x80"));
  EXPECT_TRUE(matches("^\xC3\xA9{2}$", "\xC3\xA9\xC3\xA9"));
  EXPECT_TRUE(matches("^\\u{1F600}$", "\xF0\x9F\x98\x80"));
  EXPECT_TRUE(matches("^\\ud83d\\ude00$", "\xF0\x9F\x98\x80"));
  EXPECT_TRUE(matches("^[\\u{1F600}-\\u{1F64F}]$", "\xF0\x9F\x98\x81"));
  EXPECT_FALSE(matches("^.$", "\n"));
  EXPECT_FALSE(matches("^.$", "\xE2\x80\xA8"));
}

TEST(Pattern, has_ascii_digits_and_words_but_all_white_space) {
  EXPECT_TRUE(matches("^\\d\\w\\s$", "1_\xC2\xA0"));
  EXPECT_FALSE(matches("^\\d$", "\xD9\xA1"));
  EXPECT_FALSE(matches("^\\w$", "\xC3\xA9"));
  EXPECT_TRUE(matches("^\\W\\D\\S$", "\xC3\xA9\xD9\xA1x"));
  EXPECT_TRUE(matches("^[\\D\\S]+$", "1 a"));
  EXPECT_TRUE(matches("^[^\\d\\s]+$", "abc"));
  EXPECT_FALSE(matches("^[^\\d\\s]+$", "ab1"));
  EXPECT_TRUE(matches("a\\b.", "a\xC3\xA9"));
}

TEST(Pattern, knows_general_categories) {
  EXPECT_TRUE(matches("^\\p{L}+$", "a\xC3\xA9\xE6\x97\xA5"));
  EXPECT_FALSE(matches("^\\p{L}+$", "a1"));
  EXPECT_TRUE(matches("^\\p{Letter}\\p{Lu}\\p{gc=Nd}\\P{L}$", "aB1!"));
  EXPECT_TRUE(matches("^[\\p{Lu}\\d_]+$", "AB1_"));
  EXPECT_TRUE(matches("^[^\\p{L}]$", "1"));
  EXPECT_TRUE(matches("\\p{Any}", "x"));
  EXPECT_FALSE(matches("\\P{Any}", "x"));
  EXPECT_FALSE(compiles("\\p{Klingon}"));
}

TEST(Pattern, reads_empty_brackets_as_ecmascript_does) {
  EXPECT_FALSE(matches("[]", "x"));
  EXPECT_TRUE(matches("^[^]$", "\n"));
  EXPECT_TRUE(matches("^[[a]$", "["));
  EXPECT_TRUE(matches("^[a\\]]+$", "]a"));
  EXPECT_TRUE(matches("^[-a]+$", "-a"));
  EXPECT_TRUE(matches("^[a-]+$", "-a"));
  EXPECT_TRUE(matches("^[\\^a]$", "^"));
  EXPECT_TRUE(matches("^[\\b]$", "\b"));
}

TEST(Pattern, takes_brackets_of_posix_for_characters) {
  EXPECT_TRUE(matches("^[[:alpha:]]$", "a]"));
  EXPECT_FALSE(matches("^[[:alpha:]]$", "z]"));
}

TEST(Pattern, groups_and_refers_back) {
  EXPECT_TRUE(matches("^(a|b)\\1$", "aa"));
  EXPECT_FALSE(matches("^(a|b)\\1$", "ab"));
  EXPECT_TRUE(matches("^(?<q>['\"]).*\\k<q>$", "'x'"));
  EXPECT_TRUE(matches("^(?:a)(?=b)b(?!c)(?<=b)(?<!x)$", "ab"));
  EXPECT_TRUE(matches("^a{2,3}?b{1}c{0,}$", "aab"));
  EXPECT_TRUE(matches("^(a)(?:\\1)0$", "aa0"));
}

TEST(Pattern, takes_a_lone_brace_for_itself) {
  EXPECT_TRUE(matches("^{a}$", "{a}"));
  EXPECT_TRUE(matches("^a{,2}$", "a{,2}"));
  EXPECT_TRUE(matches("^\\/\\-\\@#~ $", "/-@#~ "));
}

TEST(Pattern, escapes_control_characters) {
  EXPECT_TRUE(matches("^\\t\\n\\v\\f\\r\\cJ\\x41\\u0042$", "\t\n\v\f\r\nAB"));
  EXPECT_TRUE(matches("^\\0$", std::string_view("\0", 1)));
  EXPECT_TRUE(matches("^[\\0-\\x1f]$", std::string_view("\0", 1)));
  EXPECT_TRUE(matches("^[\\0]$", std::string_view("\0", 1)));
}

TEST(Pattern, refuses_what_ecmascript_does_not_know) {
  for (const auto* pattern :
       {"(?i)a",          "(?#x)",  "(?>a)",  "a++",         "a*+",  "\\Aa", "a\\Z",    "\\Qa\\E", "\\a",   "(?P<n>a)",
        "(?R)",           "(",      ")",      "[",           "a**",  "*a",   "a{2}{3}", "\\",      "[b-a]", "[\\d-z]",
        "(?<n>a)(?<n>b)", "\\k<m>", "\\2(a)", "\\u{110000}", "\\x1", "\\01", "a{3,2}"}) {
    EXPECT_FALSE(compiles(pattern)) << pattern;
  }
}

TEST(Pattern, charges_the_budget_for_each_look) {
  auto compiled = Pattern::compile("^(a|aa)+$");
  ASSERT_TRUE(compiled);
  Budget budget(1000);
  EXPECT_THROW((*compiled)->found_in("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", budget), LimitReached);
}

TEST(Pattern, refuses_a_text_over_the_limit) {
  const auto compiled = Pattern::compile(std::string(limits::kSchemaPatternBytes + 1, 'a'));
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().code, ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace weir::wire::schema
