#include "loadgen/scenario/duration.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace weir::loadgen {
namespace {

Nanos nanos(std::string_view text) {
  const auto parsed = parse_duration(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(-1);
}

TEST(Duration, is_read_as_people_write_it) {
  EXPECT_EQ(nanos("10m"), 600 * kSecond);
  EXPECT_EQ(nanos("1.5s"), 1500 * kMillisecond);
  EXPECT_EQ(nanos("250ms"), 250 * kMillisecond);
  EXPECT_EQ(nanos("90"), 90 * kSecond);
  EXPECT_EQ(nanos("0.1s"), 100 * kMillisecond);
  EXPECT_EQ(nanos("1h30m"), 5400 * kSecond);
  EXPECT_EQ(nanos("2us"), 2000);
  EXPECT_EQ(nanos("7ns"), 7);
  EXPECT_EQ(nanos("0"), 0);
  EXPECT_EQ(nanos(".5h"), 1800 * kSecond);
}

TEST(Duration, that_is_none_is_refused_with_an_example) {
  for (const char* text :
       {"", "s", "10 m", "-1s", "1d", "1m1m", "1s1m", "1.2.3s", "10m5", ".", "1e3s", "1M", "10min"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().detail,
              std::string("'") + text + "' is no length of time: write it like 10m, 1.5s or 250ms");
  }
  EXPECT_EQ(parse_duration("99999999999999999999h").error().detail, "'99999999999999999999h' is longer than 8784h");
  EXPECT_EQ(parse_duration("8784h1ns").error().detail, "'8784h1ns' is longer than 8784h");
  EXPECT_EQ(parse_duration("a\nb").error().detail, "'a\\nb' is no length of time: write it like 10m, 1.5s or 250ms");
}

RC_GTEST_PROP(Duration, comes_back_as_it_was, ()) {
  const Nanos length = *rc::gen::inRange<Nanos>(0, 3600 * kSecond) * *rc::gen::element<Nanos>(1, 1000, 1'000'000) %
                       (8784 * 3600 * kSecond);
  RC_ASSERT(parse_duration(format_duration(length)).value() == length);
}

TEST(Rate, is_a_number_a_second) {
  EXPECT_EQ(parse_rate("50/s").value(), 50);
  EXPECT_EQ(parse_rate("3/m").value(), 0.05);
  EXPECT_EQ(parse_rate("36/h").value(), 0.01);
  EXPECT_EQ(parse_rate("2.5").value(), 2.5);
  EXPECT_EQ(parse_rate(format_rate(0.1)).value(), 0.1);
  for (const char* text : {"", "/s", "-1/s", "5/d", "5/", "inf/s", "nan", "5 /s"}) {
    ASSERT_FALSE(parse_rate(text)) << text;
    EXPECT_EQ(parse_rate(text).error().detail,
              std::string("'") + text + "' is no rate: write it like 50/s, 3/m or 100/h");
  }
}

}  // namespace
}  // namespace weir::loadgen
