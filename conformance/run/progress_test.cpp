#include "conformance/run/progress.hpp"

#include <gtest/gtest.h>

namespace weir::conformance {
namespace {

TEST(ProgressLine, says_what_is_asked_and_how_long_it_may_take) {
  Progress progress;
  progress.at("looking for the eras");
  EXPECT_EQ(progress_line(progress.state(), 119), "119 s left at most  looking for the eras");
  progress.plan(2);
  progress.asked_one();
  progress.at("session.idle.kept");
  EXPECT_EQ(progress_line(progress.state(), 94), "1 of 2 asked, 94 s left at most  session.idle.kept");
  progress.at(std::string(200, 'x'));
  EXPECT_EQ(progress_line(progress.state(), 94).size(), 79U);
}

TEST(ProgressScreen, leaves_an_empty_line_behind) {
  std::string said;
  {
    Progress progress;
    const ProgressScreen screen([&](std::string_view text) { said += text; }, progress);
  }
  EXPECT_TRUE(said.ends_with("\r\x1b[K"));
}

}  // namespace
}  // namespace weir::conformance
