#include "conformance/run/glob.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::conformance {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<std::string> kIds = {"health.route.answers", "jsonrpc.id.echoed", "tools.list.shape",
                                       "tools.name.unique"};

TEST(Glob, star_stands_for_any_run) {
  EXPECT_TRUE(glob_match("tools.*", "tools.list.shape"));
  EXPECT_TRUE(glob_match("*.id.*", "jsonrpc.id.echoed"));
  EXPECT_TRUE(glob_match("*", ""));
  EXPECT_TRUE(glob_match("a*b*c", "axxbyybzc"));
  EXPECT_FALSE(glob_match("a*b*c", "axxbyyb"));
  EXPECT_FALSE(glob_match("tools", "tools.list.shape"));
}

TEST(Glob, question_mark_stands_for_one) {
  EXPECT_TRUE(glob_match("a?c", "abc"));
  EXPECT_FALSE(glob_match("a?c", "ac"));
}

TEST(Glob, many_stars_cost_no_more_than_the_product) {
  const std::string text(2000, 'a');
  std::string pattern;
  for (int i = 0; i < 200; ++i) { pattern += "*a"; }
  EXPECT_FALSE(glob_match(pattern + "b", text));
}

TEST(SelectIds, takes_all_without_patterns) { EXPECT_EQ(select_ids(kIds, {}).value(), kIds); }

TEST(SelectIds, joins_patterns_and_takes_exclusions_out) {
  EXPECT_THAT(select_ids(kIds, {"tools.*", "health.*"}).value(),
              ElementsAre("health.route.answers", "tools.list.shape", "tools.name.unique"));
  EXPECT_THAT(select_ids(kIds, {"tools.*", "!*.name.*"}).value(), ElementsAre("tools.list.shape"));
  EXPECT_THAT(select_ids(kIds, {"!tools.*"}).value(), ElementsAre("health.route.answers", "jsonrpc.id.echoed"));
}

TEST(SelectIds, names_the_nearest_id_of_a_pattern_without_match) {
  const auto selected = select_ids(kIds, {"tools.list.shap"});
  ASSERT_FALSE(selected);
  EXPECT_EQ(selected.error().code, wire::ErrorCode::bad_input);
  EXPECT_THAT(selected.error().detail, HasSubstr("did you mean 'tools.list.shape'?"));
  EXPECT_FALSE(select_ids(kIds, {"!nothing"}));
}

}  // namespace weir::conformance
