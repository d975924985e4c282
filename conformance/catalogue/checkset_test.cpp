#include "conformance/catalogue/checkset.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "conformance/check.hpp"

namespace weir::conformance {

namespace {

std::vector<std::string> within(std::string_view name) {
  std::vector<std::string> ids;
  for (const auto& info : catalogue()) { ids.push_back(info.id); }
  auto left = within_checkset(std::move(ids), name);
  EXPECT_TRUE(left) << left.error().detail;
  return left.value_or(std::vector<std::string>{});
}

}  // namespace

// An id that a release has asked by is never given up, and never given to another question: who pinned the set would be
// asked less, or something else, in silence.
TEST(Checksets, name_checks_that_are_still_asked_by_their_ids) {
  ASSERT_FALSE(checksets().empty());
  for (const auto& set : checksets()) {
    const auto ids = ids_of(set);
    EXPECT_GT(ids.size(), 300U) << set.name;
    for (const auto& id : ids) {
      EXPECT_NE(find_check(id), nullptr) << set.name << " asks " << id << ", which the catalogue has no more";
    }
    EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end(), std::less_equal<>())) << set.name << ": each once, sorted";
    EXPECT_EQ(within(set.name), ids) << set.name;
  }
}

TEST(Checksets, leave_out_what_came_later) {
  const auto left = within_checkset({"zz.new.check", "jsonrpc.id.echoed"}, checksets().front().name);
  ASSERT_TRUE(left);
  EXPECT_EQ(*left, std::vector<std::string>{"jsonrpc.id.echoed"});
}

TEST(Checksets, ask_everything_where_none_is_named) { EXPECT_EQ(within("").size(), catalogue().size()); }

TEST(Checksets, say_which_there_are_where_one_is_unknown) {
  const auto refused = within_checkset({}, "1999.1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail, "there is no set of checks '1999.1'; there is " + checkset_names());
  EXPECT_THAT(checkset_names(), ::testing::HasSubstr("2026.1"));
}

TEST(Checksets, are_read_with_and_without_a_last_line_break) {
  EXPECT_EQ(ids_of({.name = "x", .text = "a.b.c\nd.e.f"}), (std::vector<std::string>{"a.b.c", "d.e.f"}));
  EXPECT_EQ(ids_of({.name = "x", .text = "a.b.c\nd.e.f\n"}), (std::vector<std::string>{"a.b.c", "d.e.f"}));
}

}  // namespace weir::conformance
