#include "wire/json/json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "wire/base/limits.hpp"
#include "wire/base/utf8.hpp"

namespace weir::wire {
namespace {

json::value parsed(std::string_view text) {
  Result<JsonText> result = parse_json(text);
  EXPECT_TRUE(result) << text << ": " << (result ? "" : result.error().detail);
  return result ? std::move(result->value) : json::value();
}

Error refused(std::string_view text) {
  const Result<JsonText> result = parse_json(text);
  EXPECT_FALSE(result) << text;
  return result ? Error{} : result.error();
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(ParseJson, reads_every_kind) {
  const json::value value =
      parsed(R"( {"a":[1,-2,18446744073709551615,1.5,true,false,null],"b":{"c":"\u00e9\ud83d\ude00"}} )");
  EXPECT_EQ(json::serialize(value),
            "{\"a\":[1,-2,18446744073709551615,1.5E0,true,false,null],\"b\":{\"c\":\"\u00e9\U0001F600\"}}");
  EXPECT_EQ(parsed("\"\""), "");
  EXPECT_EQ(parsed("\n7\r\n\t "), 7);
}

TEST(ParseJson, names_what_follows_the_value) {
  EXPECT_EQ(refused("{} {}").code, ErrorCode::malformed_json);
  EXPECT_EQ(refused("{} {}").byte_offset, 3u);
  EXPECT_NE(refused("1 x").detail.find("'x'"), std::string::npos);
}

TEST(ParseJson, points_at_the_byte_that_is_wrong) {
  const Error error = refused(R"({"a":1,})");
  EXPECT_EQ(error.code, ErrorCode::malformed_json);
  EXPECT_EQ(error.byte_offset, 7u);
}

TEST(ParseJson, refuses_what_only_lenient_parsers_take) {
  for (const std::string_view text :
       {"",   " ",  "NaN",  "Infinity", "-Infinity", "[1,]", "'a'",    "{a:1}", "// c\n1",   "01", "+1",
        ".5", "1.", "0x10", "\"\t\"",   "nul",       "[",    "{\"a\"", "\"abc", "\"\\x41\"", "-",  "1e"}) {
    EXPECT_EQ(refused(text).code, ErrorCode::malformed_json) << text;
  }
}

TEST(ParseJson, refuses_bytes_that_are_not_utf8) {
  for (const std::string_view text :
       {"\"\xFF\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xE2\x82\""}) {
    EXPECT_EQ(refused(text).code, ErrorCode::malformed_json);
  }
}

TEST(ParseJson, refuses_a_byte_order_mark_by_name) {
  EXPECT_NE(refused("\xEF\xBB\xBF{}").detail.find("byte order mark"), std::string::npos);
}

TEST(ParseJson, refuses_nul_bytes_outside_strings) {
  EXPECT_EQ(refused(std::string_view("{}\0", 3)).code, ErrorCode::malformed_json);
  EXPECT_EQ(refused(std::string_view("\0", 1)).code, ErrorCode::malformed_json);
}

TEST(ParseJson, goes_as_deep_as_the_limit_and_no_deeper) {
  parsed(nested(limits::kJsonDepth));
  EXPECT_EQ(refused(nested(limits::kJsonDepth + 1)).code, ErrorCode::limit_exceeded);
  EXPECT_EQ(refused(std::string(1'000'000, '[')).code, ErrorCode::limit_exceeded);
}

TEST(ParseJson, never_turns_a_number_into_infinity) {
  for (const std::string text : {"1e400", "-1e400", "[1e309]", "1e99999999999", "1.8e308"}) {
    EXPECT_EQ(refused(text).code, ErrorCode::limit_exceeded) << text;
  }
  EXPECT_EQ(refused("1" + std::string(400, '0')).code, ErrorCode::limit_exceeded);
  EXPECT_EQ(parsed("1.7976931348623157e308").get_double(), std::numeric_limits<double>::max());
  EXPECT_EQ(parsed("1e-400").get_double(), 0.0);
}

TEST(ParseJson, reads_doubles_exactly) {
  EXPECT_EQ(parsed("0.1").get_double(), 0.1);
  EXPECT_EQ(parsed("[5e-324]").get_array()[0].get_double(), 5e-324);
  EXPECT_EQ(parsed("8.41e21").get_double(), 8.41e21);
  EXPECT_EQ(parsed("2.2250738585072014e-308").get_double(), 2.2250738585072014e-308);
  EXPECT_EQ(parsed("9007199254740993.0").get_double(), 9007199254740992.0);
  EXPECT_EQ(parsed("123456789012345678901234567890").get_double(), 123456789012345678901234567890.0);
}

TEST(ParseJson, reports_duplicate_names_by_pointer_and_keeps_the_last) {
  const Result<JsonText> text = parse_json(R"({"a":1,"b":[0,{"x/y":1,"x/y":2,"~":3,"~":4}],"a":5,"a":6})");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->duplicate_keys, (std::vector<std::string>{"/b/1/x~1y", "/b/1/~0", "/a"}));
  EXPECT_EQ(*find(text->value, "a"), 6);
  EXPECT_EQ(*find_pointer(text->value, "/b/1/x~1y"), 2);
}

TEST(ParseJson, compares_names_after_unescaping) {
  EXPECT_EQ(parse_json(R"({"a":1,"\u0061":2})")->duplicate_keys, std::vector<std::string>{"/a"});
  EXPECT_EQ(parse_json(R"({"":1,"":2})")->duplicate_keys, std::vector<std::string>{"/"});
}

TEST(ParseJson, does_not_mix_up_names_of_different_objects) {
  EXPECT_TRUE(parse_json(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})")->duplicate_keys.empty());
  EXPECT_EQ(parse_json(R"([[],{},[{"k":{"z":0},"k":{"z":0}}]])")->duplicate_keys, std::vector<std::string>{"/2/0/k"});
}

TEST(ParseJson, bounds_the_duplicates_that_it_reports) {
  std::string text = "[0";
  for (std::size_t i = 0; i < 2 * limits::kJsonDuplicateKeys; ++i) { text += R"(,{"k":0,"k":0})"; }
  EXPECT_EQ(parse_json(text + "]")->duplicate_keys.size(), limits::kJsonDuplicateKeys);
}

TEST(JsonEqual, compares_numbers_by_value) {
  EXPECT_TRUE(json_equal(1, 1.0));
  EXPECT_TRUE(json_equal(std::uint64_t{7}, std::int64_t{7}));
  EXPECT_TRUE(json_equal(0, -0.0));
  EXPECT_TRUE(json_equal(9223372036854775808.0, std::uint64_t{1} << 63));
  EXPECT_FALSE(json_equal(1, 1.5));
  EXPECT_FALSE(json_equal(-1, std::numeric_limits<std::uint64_t>::max()));
  EXPECT_FALSE(json_equal(std::numeric_limits<std::int64_t>::max(), 9223372036854775808.0));
  EXPECT_FALSE(json_equal(std::numeric_limits<std::uint64_t>::max(), 18446744073709551616.0));
  EXPECT_FALSE(json_equal(1, true));
  EXPECT_FALSE(json_equal(1, "1"));
}

TEST(JsonEqual, ignores_the_order_of_members_only) {
  EXPECT_TRUE(json_equal(parsed(R"({"a":1,"b":[1.0,2]})"), parsed(R"({"b":[1,2],"a":1})")));
  EXPECT_FALSE(json_equal(parsed("[1,2]"), parsed("[2,1]")));
  EXPECT_FALSE(json_equal(parsed("[1]"), parsed("[1,1]")));
  EXPECT_FALSE(json_equal(parsed(R"({"a":null})"), parsed("{}")));
  EXPECT_FALSE(json_equal(parsed(R"({"a":null})"), parsed(R"({"b":null})")));
}

TEST(Canonical, gives_equal_values_the_same_text) {
  EXPECT_EQ(canonical(parsed(R"({ "b": [1.0, 2.50], "a": {"d":null, "c":"\u0041\n"} })")),
            R"({"a":{"c":"A\n","d":null},"b":[1,2.5]})");
  EXPECT_EQ(canonical(-0.0), "0");
  EXPECT_EQ(canonical(1e18), "1000000000000000000");
  EXPECT_EQ(canonical(9223372036854775808.0), canonical(std::uint64_t{1} << 63));
  EXPECT_EQ(canonical(json::object{}), "{}");
}

TEST(Canonical, is_json_again) {
  for (const double d : {1e300, 1e-300, 0.1, -1.5e22, 18446744073709551616.0, -9223372036854775808.0}) {
    EXPECT_TRUE(json_equal(parsed(canonical(d)), d)) << d;
  }
}

TEST(JsonLookup, is_lenient) {
  const json::value value = parsed(R"({"o":{"n":3.0,"s":"x"},"a":[10,20],"big":9223372036854775808})");
  EXPECT_EQ(find(value, "none"), nullptr);
  const json::value five = 5;
  EXPECT_EQ(find(five, "o"), nullptr);
  EXPECT_EQ(as_integer(find_pointer(value, "/o/n")), 3);
  EXPECT_EQ(as_integer(find_pointer(value, "/a/1")), 20);
  for (const std::string_view absent : {"/a/2", "/a/-", "/a/x", "/o/n/q", "no-slash", "/~2"}) {
    EXPECT_EQ(find_pointer(value, absent), nullptr) << absent;
  }
  EXPECT_EQ(find_pointer(value, ""), &value);
  EXPECT_EQ(as_integer(find(value, "big")), std::nullopt);
  EXPECT_EQ(as_integer(find(value, "o")), std::nullopt);
  EXPECT_EQ(as_integer(nullptr), std::nullopt);
  EXPECT_EQ(as_string(find_pointer(value, "/o/s")), "x");
  EXPECT_EQ(as_string(find(value, "a")), std::nullopt);
  EXPECT_EQ(as_object(find(value, "a")), nullptr);
  EXPECT_NE(as_array(find(value, "a")), nullptr);
  EXPECT_EQ(string_or(*find(value, "o"), "s", "?"), "x");
  EXPECT_EQ(string_or(*find(value, "o"), "n", "?"), "?");
}

TEST(JsonKindName, calls_a_whole_number_an_integer) {
  EXPECT_EQ(kind_name(parsed("3.0")), "integer");
  EXPECT_EQ(kind_name(parsed("3.5")), "number");
  EXPECT_EQ(kind_name(parsed("18446744073709551615")), "integer");
  EXPECT_EQ(kind_name(parsed("{}")), "object");
  EXPECT_EQ(kind_name(parsed("[]")), "array");
  EXPECT_EQ(kind_name(parsed("\"\"")), "string");
  EXPECT_EQ(kind_name(parsed("true")), "boolean");
  EXPECT_EQ(kind_name(parsed("null")), "null");
}

TEST(Excerpt, shows_short_values_whole) {
  EXPECT_EQ(excerpt(parsed(R"({"a":[1,"x"]})")), R"({"a":[1,"x"]})");
  EXPECT_EQ(excerpt("as it is: \u00e9\u20ac"), "as it is: \u00e9\u20ac");
  EXPECT_EQ(excerpt("", 0), "");
}

TEST(Excerpt, makes_bytes_printable) {
  EXPECT_EQ(excerpt(std::string_view("a\r\n\t\0\x1b[31m\x7f", 11)), "a\\r\\n\\t\\x00\\x1b[31m\\x7f");
  EXPECT_EQ(excerpt("\xFF\xE2\x82z\xC3\xA9"), "\\xff\\xe2\\x82z\u00e9");
  EXPECT_EQ(excerpt("abc\u202Etxt\u0085\uFEFF"), "abc\\u202etxt\\u0085\\ufeff");
}

TEST(Excerpt, cuts_between_code_points_within_the_bound) {
  EXPECT_EQ(excerpt(std::string(10, 'a'), 10), "aaaaaaaaaa");
  EXPECT_EQ(excerpt(std::string(11, 'a'), 10), "aaaaaaa...");
  EXPECT_EQ(excerpt("\u20ac\u20ac\u20ac\u20ac", 10), "\u20ac\u20ac...");
  for (std::size_t max = 0; max < 40; ++max) {
    const std::string text = excerpt("\u20ac\n\xFF\U0001F600 and then some more text", max);
    EXPECT_LE(text.size(), max);
    EXPECT_EQ(find_invalid_utf8(text), std::nullopt);
  }
}

TEST(Excerpt, cuts_no_escape_of_json_in_two) {
  const auto value = parsed(R"(["\u0001\u0002\u0003\"\\"])");
  for (std::size_t max = 5; max < 25; ++max) {
    const std::string text = excerpt(value, max);
    EXPECT_EQ((text.size() - std::string_view(R"(["...)").size()) % 6, 0U) << text;
  }
}

TEST(Excerpt, does_not_serialize_what_it_will_not_show) {
  const json::value big(json::string(8 * 1024 * 1024, 'x'));
  EXPECT_EQ(excerpt(big, 20), "\"" + std::string(16, 'x') + "...");
}

TEST(Json, reads_half_of_a_surrogate_pair_as_other_parsers_do) {
  for (const auto* text : {R"(["a\ud83d"])", R"(["\ude00a"])", R"(["\ud83dx\u0041"])", R"(["\ud83d\ud83d\ude00"])"}) {
    const auto parsed = parse_json(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_TRUE(parsed->unpaired_surrogates) << text;
    EXPECT_NE(json::serialize(parsed->value).find("\xEF\xBF\xBD"), std::string::npos) << text;
  }
  for (const auto* text : {R"(["\ud83d\ude00"])", R"(["\\ud83d"])", R"(["\u0041"])"}) {
    const auto parsed = parse_json(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_FALSE(parsed->unpaired_surrogates) << text;
  }
  EXPECT_FALSE(parse_json(R"(["\ud83d)"));
  EXPECT_FALSE(parse_json(R"(["\ud8zz"])"));
}

}  // namespace
}  // namespace weir::wire
