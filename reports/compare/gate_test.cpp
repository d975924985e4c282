#include "reports/compare/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/conformance/json.hpp"
#include "reports/testdata/golden.hpp"
#include "reports/testdata/sample.hpp"

namespace weir::reports::compare {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Results run_of(std::vector<CheckResult> checks) {
  Results run = sample_results();
  run.problems.clear();
  run.checks = std::move(checks);
  run.summary = summarize(run.checks);
  return run;
}

CheckResult check(std::string id, Verdict verdict, std::string revision = "2025-11-25") {
  CheckResult made = sample_check(std::move(id), verdict, "a title", "seen so");
  made.revision = std::move(revision);
  return made;
}

std::vector<std::string> ids(const std::vector<GateChange>& changes) {
  std::vector<std::string> out;
  for (const GateChange& change : changes) { out.push_back(change.id + " " + change.before + " " + change.after); }
  return out;
}

TEST(CompareGates, finds_nothing_between_a_run_and_itself) {
  const auto same = compare_gates(sample_results(), sample_results());
  ASSERT_TRUE(same) << same.error();
  EXPECT_EQ(same->exit_code, ExitCode::good);
  EXPECT_EQ(same->unchanged, 10);  // One of the nine was judged in two revisions.
  for (const auto* list : {&same->newly_failing, &same->newly_passing, &same->newly_unverified, &same->newly_warned,
                           &same->first_asked, &same->slower}) {
    EXPECT_TRUE(list->empty());
  }
}

TEST(CompareGates, tells_what_became_of_each_verdict) {
  using enum Verdict;
  struct Row {
    std::string id;
    Verdict before, after;
  };
  const std::vector<Row> rows = {{"a.pass.fail", pass, fail},
                                 {"a.warn.fail", warn, fail},
                                 {"a.untestable.fail", untestable, fail},
                                 {"a.fail.pass", fail, pass},
                                 {"a.fail.warn", fail, warn},
                                 {"a.fail.untestable", fail, untestable},
                                 {"a.pass.untestable", pass, untestable},
                                 {"a.pass.error", pass, error},
                                 {"a.pass.gone", pass, not_applicable},
                                 {"a.pass.warn", pass, warn},
                                 {"a.untestable.pass", untestable, pass},
                                 {"a.fail.fail", fail, fail}};
  std::vector<CheckResult> before, after;
  for (const Row& row : rows) {
    before.push_back(check(row.id, row.before));
    after.push_back(check(row.id, row.after));
  }
  before.push_back(check("a.pass.dropped", pass));
  after.push_back(check("a.new.fail", fail));
  after.push_back(check("a.new.pass", pass));
  const auto found = compare_gates(run_of(before), run_of(after));
  ASSERT_TRUE(found) << found.error();
  EXPECT_THAT(ids(found->newly_failing),
              ElementsAre("a.pass.fail pass fail", "a.untestable.fail untestable fail", "a.warn.fail warn fail"));
  EXPECT_THAT(ids(found->newly_passing), ElementsAre("a.fail.pass fail pass", "a.fail.warn fail warn"));
  EXPECT_THAT(
      ids(found->newly_unverified),
      ElementsAre("a.fail.untestable fail untestable", "a.pass.dropped pass not-asked", "a.pass.error pass error",
                  "a.pass.gone pass not-applicable", "a.pass.untestable pass untestable"));
  EXPECT_THAT(ids(found->newly_warned), ElementsAre("a.pass.warn pass warn"));
  EXPECT_THAT(ids(found->first_asked), ElementsAre("a.new.fail not-asked fail"));
  EXPECT_EQ(found->unchanged, 2);
  EXPECT_EQ(found->exit_code, ExitCode::target_fails);
}

TEST(CompareGates, takes_a_warning_for_a_failure_where_the_run_was_strict) {
  const Results before = run_of({check("a.b.c", Verdict::pass)});
  Results after = run_of({check("a.b.c", Verdict::warn)});
  after.checks.front().level = Level::should;
  EXPECT_EQ(compare_gates(before, after)->exit_code, ExitCode::good);
  after.strict = true;
  EXPECT_EQ(compare_gates(before, after)->exit_code, ExitCode::target_fails);
}

TEST(CompareGates, lets_a_baseline_excuse_a_new_failure_and_says_so) {
  const Results before = run_of({check("a.b.c", Verdict::pass)});
  const Results after = run_of({excused(check("a.b.c", Verdict::fail), "known", "")});
  const auto found = compare_gates(before, after);
  EXPECT_THAT(ids(found->newly_warned), ElementsAre("a.b.c pass excused"));
  EXPECT_EQ(found->exit_code, ExitCode::good);
}

TEST(CompareGates, joins_revisions_and_meets_an_upgrade_by_its_newest) {
  CheckResult both = check("a.b.c", Verdict::pass);
  both.revisions = {"2025-11-25", "2025-06-18"};
  CheckResult worse = both;
  worse.verdict = Verdict::fail;
  auto found = compare_gates(run_of({both}), run_of({worse}));
  ASSERT_EQ(found->newly_failing.size(), 1U);
  EXPECT_THAT(found->newly_failing[0].revisions, ElementsAre("2025-11-25", "2025-06-18"));

  found = compare_gates(run_of({check("a.b.c", Verdict::pass, "2025-06-18")}),
                        run_of({check("a.b.c", Verdict::fail, "2025-11-25")}));
  ASSERT_EQ(found->newly_failing.size(), 1U);
  EXPECT_THAT(found->newly_failing[0].revisions, ElementsAre("2025-11-25"));
  EXPECT_TRUE(found->newly_unverified.empty());
}

TEST(CompareGates, calls_slower_what_is_so_by_a_multiple_and_by_a_time) {
  const auto slower = [](std::int64_t before_ms, std::int64_t after_ms) {
    CheckResult before = check("a.b.c", Verdict::pass), after = before;
    before.duration_ms = before_ms;
    after.duration_ms = after_ms;
    return compare_gates(run_of({before}), run_of({after}))->slower.size() == 1;
  };
  EXPECT_TRUE(slower(1000, 1500));
  EXPECT_TRUE(slower(0, 500));
  EXPECT_FALSE(slower(10, 400));     // 40 times, and 0.4 s.
  EXPECT_FALSE(slower(4000, 4600));  // 0.6 s more, and 1.15 times.
  EXPECT_FALSE(slower(1500, 1000));
}

TEST(CompareGates, refuses_what_says_nothing_in_one_sentence) {
  const auto why = [](const Results& before, const Results& after) {
    const auto found = compare_gates(before, after);
    return found ? "compared" : found.error();
  };
  Results other = sample_results();
  other.target_url = "https://green.example.com/mcp";
  EXPECT_THAT(why(sample_results(), other), HasSubstr("the targets differ: payments-staging"));
  EXPECT_TRUE(compare_gates(sample_results(), other, {.other_target = true}));
  EXPECT_THAT(why(sample_results(), sample_preflight()),
              HasSubstr("the run after could ask nothing (no-healthy-target"));
  EXPECT_THAT(why(run_of({}), sample_results()), HasSubstr("the run before asked nothing"));
  EXPECT_THAT(why(run_of({check("a.b.c", Verdict::pass)}), run_of({check("a.b.d", Verdict::pass)})),
              HasSubstr("no question in common"));
}

Results changed_sample() {
  Results after = sample_results();
  after.started_at = "2026-01-03T03:04:05Z";
  after.tool_version = "0.2.0";
  after.checks[0].verdict = Verdict::fail;
  after.checks[0].message = "answered \x1b[1m406";
  after.checks[0].fix = "Take either media type.";
  after.checks[2].verdict = Verdict::pass;
  after.checks[3].verdict = Verdict::untestable;
  after.checks[3].message = "the endpoint could not be reached";
  after.checks[5].verdict = Verdict::pass;
  after.checks[5].duration_ms = 9000;
  after.summary = summarize(after.checks);
  return after;
}

TEST(Golden, gate_comparison) {
  const auto found = compare_gates(sample_results(), changed_sample());
  ASSERT_TRUE(found) << found.error();
  expect_golden("compare.gate.txt", console_text(*found));
  expect_golden("compare.gate.quiet.txt", console_text(*found, {.quiet = true}));
  expect_golden("compare.gate.json", json_text(*found));
  const std::string program =
      "import json, sys, jsonschema\n"
      "schema = json.load(open(sys.argv[1]))\n"
      "jsonschema.Draft202012Validator.check_schema(schema)\n"
      "jsonschema.Draft202012Validator(schema).validate(json.load(open(sys.argv[2])))\n";
  EXPECT_EQ(
      python(program, WEIR_SOURCE_DIR "/reports/schema/gate-comparison.schema.json " + kTestdata + "compare.gate.json"),
      0);
}

}  // namespace
}  // namespace weir::reports::compare
