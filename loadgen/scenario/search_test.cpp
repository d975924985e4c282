#include "loadgen/scenario/search.hpp"

#include <gtest/gtest.h>

namespace weir::loadgen {
namespace {

using reports::load::SearchStep;
using reports::load::StepVerdict;

Phase search() {
  Phase phase;
  phase.kind = Phase::Kind::search;
  phase.name = "search";
  phase.streams = 1000;
  phase.step = 500;
  phase.most = 2200;
  return phase;
}

TEST(SearchSteps, goes_up_step_by_step_to_the_most) {
  std::vector<SearchStep> done;
  std::vector<std::int64_t> streams;
  while (const auto next = next_step(search(), done)) {
    streams.push_back(*next);
    done.push_back({*next, StepVerdict::passed, ""});
  }
  EXPECT_EQ(streams, (std::vector<std::int64_t>{1000, 1500, 2000, 2200}));
  EXPECT_EQ(search_steps(search()), 4);
  EXPECT_EQ(step_name(search(), 2), "search 3");
  EXPECT_TRUE(is_step_name(search(), "search 3"));
  EXPECT_FALSE(is_step_name(search(), "search"));
  EXPECT_FALSE(is_step_name(search(), "search x"));
}

TEST(SearchSteps, ends_with_the_first_step_that_does_not_pass) {
  EXPECT_EQ(next_step(search(), {{1000, StepVerdict::passed, ""}, {1500, StepVerdict::failed, "x < 1"}}), std::nullopt);
  EXPECT_EQ(next_step(search(), {{1000, StepVerdict::inconclusive, "lag"}}), std::nullopt);
}

TEST(SearchSteps, of_one_step_has_one) {
  Phase one = search();
  one.most = one.streams;
  EXPECT_EQ(search_steps(one), 1);
  EXPECT_EQ(next_step(one, {{1000, StepVerdict::passed, ""}}), std::nullopt);
}

}  // namespace
}  // namespace weir::loadgen
