#include "conformance/run/baseline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::conformance {

using reports::Verdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

reports::CheckResult result(std::string id, Verdict verdict, std::string era = "streamable") {
  reports::CheckResult made;
  made.id = std::move(id);
  made.era = std::move(era);
  made.verdict = verdict;
  return made;
}

std::vector<std::string> problems_of(std::string_view yaml, std::vector<reports::CheckResult> checks = {},
                                     std::string_view today = "2026-03-01") {
  const auto baseline = parse_baseline(yaml, "known.yaml");
  EXPECT_TRUE(baseline) << baseline.error().detail;
  return baseline ? apply_baseline(*baseline, today, checks) : std::vector<std::string>{};
}

}  // namespace

TEST(Baseline, excuses_failures_and_warnings_it_names) {
  const auto baseline = parse_baseline("- check: jsonrpc.id.echoed\n  reason: gateway rewrites ids\n", "known.yaml");
  ASSERT_TRUE(baseline);
  std::vector checks = {result("jsonrpc.id.echoed", Verdict::fail),
                        result("jsonrpc.id.echoed", Verdict::warn, "stateless"),
                        result("tools.list.shape", Verdict::fail)};
  EXPECT_THAT(apply_baseline(*baseline, "2026-03-01", checks), IsEmpty());
  ASSERT_TRUE(checks[0].excused);
  EXPECT_EQ(checks[0].excused->reason, "gateway rewrites ids");
  EXPECT_TRUE(checks[1].excused);
  EXPECT_FALSE(checks[2].excused);
}

TEST(Baseline, excuses_in_the_era_it_names_only) {
  const auto baseline = parse_baseline("- {check: jsonrpc.id.echoed, era: http-sse, reason: old}", "known.yaml");
  ASSERT_TRUE(baseline);
  std::vector checks = {result("jsonrpc.id.echoed", Verdict::fail),
                        result("jsonrpc.id.echoed", Verdict::fail, "http-sse")};
  EXPECT_THAT(apply_baseline(*baseline, "2026-03-01", checks), IsEmpty());
  EXPECT_FALSE(checks[0].excused);
  EXPECT_TRUE(checks[1].excused);
}

TEST(Baseline, complains_about_entries_that_pass_now) {
  EXPECT_THAT(problems_of("- {check: jsonrpc.id.echoed, reason: old}", {result("jsonrpc.id.echoed", Verdict::pass)}),
              ElementsAre(HasSubstr("known.yaml:1: jsonrpc.id.echoed passes now")));
}

TEST(Baseline, does_not_call_an_entry_stale_that_could_not_be_tried) {
  EXPECT_THAT(problems_of("- {check: jsonrpc.id.echoed, reason: old}"), IsEmpty());
  for (Verdict verdict : {Verdict::untestable, Verdict::not_applicable, Verdict::error}) {
    EXPECT_THAT(problems_of("- {check: jsonrpc.id.echoed, reason: old}", {result("jsonrpc.id.echoed", verdict)}),
                IsEmpty());
  }
}

TEST(Baseline, excuses_nothing_from_the_day_on_which_an_entry_expires) {
  const auto yaml = "- {check: jsonrpc.id.echoed, reason: old, expires: 2026-03-01}";
  const std::vector failing = {result("jsonrpc.id.echoed", Verdict::fail)};
  EXPECT_THAT(problems_of(yaml, failing, "2026-02-28"), IsEmpty());
  EXPECT_THAT(problems_of(yaml, failing, "2026-03-01"), ElementsAre(HasSubstr("expired on 2026-03-01")));
}

TEST(Baseline, complains_about_entries_that_it_cannot_use) {
  EXPECT_THAT(problems_of("- {check: jsonrpc.id.echo, reason: x}"),
              ElementsAre(HasSubstr("did you mean 'jsonrpc.id.echoed'")));
  EXPECT_THAT(problems_of("- {check: jsonrpc.id.echoed}"), ElementsAre(HasSubstr("no reason")));
  EXPECT_THAT(problems_of("- {reason: x}"), ElementsAre(HasSubstr("names no check")));
  EXPECT_THAT(problems_of("- {check: jsonrpc.id.echoed, reason: x, era: sse}"), ElementsAre(HasSubstr("no era")));
  EXPECT_THAT(problems_of("- {check: health.route.answers, reason: x, era: stateless}"),
              ElementsAre(HasSubstr("does not run")));
  for (const auto* date : {"2026-13-01", "2026-1-1", "soon", "2026-02-00"}) {
    EXPECT_THAT(problems_of(fmt::format("- {{check: jsonrpc.id.echoed, reason: x, expires: '{}'}}", date)),
                ElementsAre(HasSubstr("no date")));
  }
}

TEST(Baseline, refuses_files_of_another_form_and_names_the_line) {
  for (const auto* yaml : {"check: x", "- x", "- {check: [a]}", "text", "- {check: a, reasn: b}", "- {", "\t- a"}) {
    const auto baseline = parse_baseline(yaml, "known.yaml");
    ASSERT_FALSE(baseline) << yaml;
    EXPECT_EQ(baseline.error().code, wire::ErrorCode::bad_input);
    EXPECT_THAT(baseline.error().detail, HasSubstr("known.yaml"));
  }
  EXPECT_THAT(parse_baseline("- check: a\n  reasn: b", "known.yaml").error().detail,
              HasSubstr("known.yaml:2: unknown key 'reasn', did you mean 'reason'?"));
}

TEST(Baseline, may_be_empty) { EXPECT_THAT(problems_of(""), IsEmpty()); }

TEST(Baseline, that_does_not_exist_is_an_error) {
  EXPECT_FALSE(load_baseline(::testing::TempDir() + "no-such-baseline.yaml"));
}

}  // namespace weir::conformance
