#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/run/conduct.hpp"

namespace weir::conformance {

using reports::ExitCode;
using reports::Level;
using reports::Verdict;
using ::testing::HasSubstr;

namespace {

struct Made {
  Verdict verdict;
  Level level = Level::must;
  bool excused = false;
};

reports::Results concluded(const std::vector<Made>& checks, const Circumstances& given = {}, bool strict = false) {
  reports::Results results;
  results.strict = strict;
  for (const auto& made : checks) {
    auto& check = results.checks.emplace_back();
    check.verdict = made.verdict;
    check.level = made.level;
    if (made.excused) { check.excused = reports::Excused{"known", ""}; }
  }
  conclude(results, given);
  return results;
}

ExitCode code(const std::vector<Made>& checks, const Circumstances& given = {}, bool strict = false) {
  const auto results = concluded(checks, given, strict);
  EXPECT_FALSE(results.exit_reason.empty());
  return results.exit_code;
}

constexpr Made kPass{Verdict::pass}, kFail{Verdict::fail};
constexpr Made kWarn{Verdict::warn, Level::should}, kMayWarn{Verdict::warn, Level::may};

}  // namespace

TEST(Conclude, is_good_when_something_passed_and_nothing_failed) {
  EXPECT_EQ(code({kPass, {Verdict::untestable}, {Verdict::not_applicable}}), ExitCode::good);
}

TEST(Conclude, fails_with_a_failed_check_unless_it_is_excused) {
  EXPECT_EQ(code({kPass, kFail}), ExitCode::target_fails);
  EXPECT_EQ(code({kPass, {Verdict::fail, Level::must, true}}), ExitCode::good);
}

TEST(Conclude, counts_unmet_shoulds_when_strict_and_never_mays) {
  EXPECT_EQ(code({kPass, kWarn}), ExitCode::good);
  EXPECT_EQ(code({kPass, kWarn}, {}, true), ExitCode::target_fails);
  EXPECT_EQ(code({kPass, kMayWarn}, {}, true), ExitCode::good);
  EXPECT_EQ(code({kPass, {Verdict::warn, Level::should, true}}, {}, true), ExitCode::good);
}

TEST(Conclude, is_never_good_when_nothing_was_judged) {
  EXPECT_EQ(code({}), ExitCode::inconclusive);
  EXPECT_EQ(code({{Verdict::untestable}, {Verdict::not_applicable}}), ExitCode::inconclusive);
}

TEST(Conclude, is_inconclusive_when_weir_failed_or_did_not_come_to_its_end) {
  EXPECT_EQ(code({kPass, {Verdict::error}}), ExitCode::inconclusive);
  EXPECT_EQ(code({kPass}, {.stopped_early = true}), ExitCode::inconclusive);
  EXPECT_EQ(code({kPass}, {.tools_unknown = true}), ExitCode::inconclusive);
  EXPECT_EQ(code({kPass, kFail}, {.stopped_early = true}), ExitCode::target_fails);
}

TEST(Conclude, is_inconclusive_when_less_than_half_of_what_applies_could_be_verified) {
  constexpr Made kUntestable{Verdict::untestable}, kMayUntestable{Verdict::untestable, Level::may};
  EXPECT_EQ(code({kPass, kUntestable}), ExitCode::good) << "half of it";
  EXPECT_EQ(code({kPass, kUntestable, kUntestable}), ExitCode::inconclusive);
  EXPECT_EQ(code({kPass, kMayUntestable, kMayUntestable}), ExitCode::good) << "a MAY never counts";
  EXPECT_EQ(code({kPass, kUntestable, {Verdict::not_applicable}, {Verdict::not_applicable}}), ExitCode::good);
  EXPECT_EQ(code({kFail, kUntestable, kUntestable}), ExitCode::target_fails) << "a fail is certain";
  EXPECT_THAT(concluded({kPass, kUntestable, kUntestable}).exit_reason,
              HasSubstr("only 1 of 3 checks that apply could be verified"));
}

TEST(Conclude, fails_with_a_stale_baseline_changed_tools_or_a_lost_era) {
  EXPECT_EQ(code({kPass}, {.baseline_problems = 1}), ExitCode::target_fails);
  EXPECT_EQ(code({kPass}, {.tools_changed = true}), ExitCode::target_fails);
  EXPECT_EQ(code({kPass}, {.eras_lost = 1}), ExitCode::target_fails);
}

TEST(Conclude, says_interrupted_whatever_else_there_is) {
  EXPECT_EQ(code({kPass, kFail}, {.interrupted = true, .stopped_early = true}), ExitCode::interrupted);
}

TEST(Conclude, is_unreachable_with_the_sentence_of_the_preflight) {
  reports::Results results;
  results.preflight = reports::PreflightFailure{.cause = "silent", .message = "it says nothing"};
  conclude(results, {});
  EXPECT_EQ(results.exit_code, ExitCode::unreachable);
  EXPECT_EQ(results.exit_reason, "it says nothing");
}

TEST(Conclude, counts_all_reasons) {
  EXPECT_THAT(concluded({kFail, kFail}, {.baseline_problems = 2}).exit_reason,
              ::testing::AllOf(HasSubstr("2 checks failed"), HasSubstr("2 problems in the baseline")));
}

}  // namespace weir::conformance
