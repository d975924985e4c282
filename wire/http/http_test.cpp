#include "wire/http/http.hpp"

#include <gtest/gtest.h>

#include <set>

namespace weir::wire {
namespace {

TEST(Headers, compare_names_without_case_and_keep_their_order) {
  Headers headers{{"Accept", "a"}, {"X-One", "1"}, {"accept", "b"}};
  EXPECT_EQ(headers.get("ACCEPT"), "a");
  EXPECT_EQ(headers.count("accept"), 2U);
  EXPECT_EQ(headers.joined("Accept"), "a, b");
  EXPECT_EQ(headers.joined("absent"), "");
  EXPECT_FALSE(headers.has("absent"));
  EXPECT_EQ(headers.fields()[1].name, "X-One");
}

TEST(Headers, tell_an_empty_value_from_an_absent_field) {
  const Headers headers{{"X-Empty", ""}};
  EXPECT_TRUE(headers.has("x-empty"));
  EXPECT_EQ(headers.find("x-none"), std::nullopt);
}

TEST(Headers, set_replaces_every_field_of_the_name) {
  Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
  headers.set("a", "4");
  EXPECT_EQ(headers, (Headers{{"A", "4"}, {"B", "2"}}));
  headers.set("C", "5");
  headers.remove("b");
  EXPECT_EQ(headers, (Headers{{"A", "4"}, {"C", "5"}}));
}

TEST(MediaType, is_lower_case_and_without_parameters) {
  EXPECT_EQ(media_type("Text/Event-Stream; charset=utf-8"), "text/event-stream");
  EXPECT_EQ(media_type(" application/json\t;x"), "application/json");
  EXPECT_EQ(media_type(""), "");
  EXPECT_EQ(media_type(";"), "");
}

TEST(Deadline, never_has_negative_time_left) {
  const Deadline past{Clock::now() - std::chrono::seconds(1)};
  EXPECT_TRUE(past.passed());
  EXPECT_EQ(past.left().count(), 0);
  const Deadline later = Deadline::in(std::chrono::minutes(1));
  EXPECT_FALSE(later.passed());
  EXPECT_EQ(later.or_sooner(past).at, past.at);
}

TEST(EndClass, has_a_name_of_its_own_for_each) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(EndClass::closed_by_us); ++i) {
    names.insert(to_string(static_cast<EndClass>(i)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(EndClass::closed_by_us) + 1);
  EXPECT_EQ(names.count("unknown"), 0U);
}

}  // namespace
}  // namespace weir::wire
