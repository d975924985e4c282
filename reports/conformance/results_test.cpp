#include "reports/conformance/results.hpp"

#include <gtest/gtest.h>

#include "reports/testdata/sample.hpp"

namespace weir::reports {
namespace {

TEST(Results, counts_each_verdict_once_and_excuses_beside) {
  const Summary sum = summarize(sample_results().checks);
  EXPECT_EQ(sum,
            (Summary{.pass = 1, .fail = 3, .warn = 2, .not_applicable = 1, .untestable = 1, .error = 1, .excused = 2}));
}

TEST(Results, excuses_only_what_went_wrong) {
  std::vector<CheckResult> checks = {excused(sample_check("a.b.c", Verdict::pass, "", ""), "stale", "")};
  EXPECT_EQ(summarize(checks).excused, 0);
}

TEST(Results, counts_warnings_as_failures_only_when_strict) {
  CheckResult warned = sample_check("a.b.c", Verdict::warn, "", "");
  warned.level = Level::should;
  EXPECT_FALSE(is_failure(warned, false));
  EXPECT_TRUE(is_failure(warned, true));
  EXPECT_FALSE(is_failure(excused(warned, "known", ""), true));
  warned.level = Level::may;
  EXPECT_FALSE(is_failure(warned, true)) << "nobody has to do what a server may do";
  EXPECT_TRUE(is_failure(sample_failure(), false));
  EXPECT_FALSE(is_failure(sample_check("a.b.c", Verdict::untestable, "", ""), true));
}

TEST(Results, names_the_eras_with_their_revisions) {
  EXPECT_EQ(
      describe_eras({{.era = "streamable", .revision = "2025-11-25"}, {.era = "stateless", .revision = "2026-07-28"}}),
      "streamable 2025-11-25, stateless 2026-07-28");
  EXPECT_EQ(describe_eras({{.era = "none"}}), "not MCP");
  EXPECT_EQ(describe_eras({{.era = "none", .endpoint = "rest"}, {.era = "stateless", .revision = "2026-07-28"}}),
            "rest: not MCP, stateless 2026-07-28");
  EXPECT_EQ(describe_eras({{.era = "streamable", .revision = "2025-11-25", .older_revisions = {"2025-06-18"}}}),
            "streamable 2025-11-25 (also 2025-06-18)");
  EXPECT_EQ(describe_eras({}), "");
}

TEST(Results, names_the_endpoint_that_was_judged) {
  CheckResult check = sample_failure();
  check.endpoint = "admin";
  EXPECT_EQ(judged_by(check), "admin: streamable 2025-11-25");
  check.revisions = {"2025-11-25", "2025-03-26"};
  EXPECT_EQ(judged_by(check), "admin: streamable 2025-11-25, 2025-03-26");
  check.revisions.clear();
  check.era.clear();
  check.revision.clear();
  EXPECT_EQ(judged_by(check), "admin");
}

}  // namespace
}  // namespace weir::reports
