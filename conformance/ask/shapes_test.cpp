#include "conformance/ask/shapes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace weir::conformance {
namespace {

TEST(Shapes, belong_to_passive_checks_that_are_there) {
  for (const auto id : shape_checks()) {
    const CheckInfo* info = find_check(id);
    ASSERT_NE(info, nullptr) << id;
    EXPECT_TRUE(info->passive) << id;
  }
}

TEST(Shapes, know_what_is_below_a_place) {
  EXPECT_TRUE(is_below("", ""));
  EXPECT_TRUE(is_below("/tools/0/name", ""));
  EXPECT_TRUE(is_below("/tools/0/name", "/tools/*/name"));
  EXPECT_TRUE(is_below("/tools/0/annotations/title", "/tools/*/annotations"));
  EXPECT_FALSE(is_below("/tools/0", "/tools/*/annotations"));
  EXPECT_FALSE(is_below("/tools/0/annotationsOfMine", "/tools/*/annotations"));
  EXPECT_FALSE(is_below("/capabilities", "/capabilities/*"));
  EXPECT_TRUE(is_below("/capabilities/tools/listChanged", "/capabilities/*"));
}

}  // namespace
}  // namespace weir::conformance
