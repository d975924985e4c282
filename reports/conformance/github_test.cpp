#include "reports/conformance/github.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "reports/conformance/markdown.hpp"
#include "reports/testdata/golden.hpp"
#include "reports/testdata/sample.hpp"
#include "wire/base/text.hpp"

namespace weir::reports {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) { lines.push_back(line); }
  return lines;
}

Results failing(int checks) {
  Results results;
  results.exit_code = ExitCode::target_fails;
  for (int i = 0; i < checks; ++i) {
    results.checks.push_back(sample_check(fmt::format("area.object.rule-{:02}", i), Verdict::fail, "a title", "bad"));
  }
  return results;
}

TEST(Golden, github) {
  expect_golden("sample.github.txt", github_annotations(sample_results()));
  expect_golden("preflight.github.txt", github_annotations(sample_preflight()));
}

TEST(Github, escapes_as_the_runner_unescapes) {
  EXPECT_EQ(escaped_data("50%, a: b\r\nc"), "50%25, a: b%0D%0Ac");
  EXPECT_EQ(escaped_property("50%, a: b\r\nc"), "50%25%2C a%3A b%0D%0Ac");
}

TEST(Github, lets_an_endpoint_begin_no_command_of_its_own) {
  for (const std::string& hostile : {std::string("x\n::set-output name=a::b"), std::string("x\r::stop-commands::y"),
                                     std::string("x%0A::error::z"), std::string("x\u2028##[error]z")}) {
    Results results = failing(1);
    results.checks[0].got = hostile;
    results.checks[0].endpoint = hostile;
    const auto lines = lines_of(github_annotations(results));
    ASSERT_EQ(lines.size(), 1U) << hostile;
    EXPECT_THAT(lines[0], AllOf(StartsWith("::error title=area.object.rule-00"), Not(HasSubstr("::set-output")),
                                Not(HasSubstr("::stop")), Not(HasSubstr("x%0A")), Not(HasSubstr("##["))));
  }
}

TEST(Github, shows_what_there_is_room_for_and_names_the_rest) {
  EXPECT_EQ(lines_of(github_annotations(failing(10))).size(), 10U);
  const auto lines = lines_of(github_annotations(failing(13)));
  ASSERT_EQ(lines.size(), 10U);
  EXPECT_THAT(lines.back(), AllOf(StartsWith("::error title=Weir%3A 4 more::"), HasSubstr("area.object.rule-09"),
                                  HasSubstr("area.object.rule-12")));
}

TEST(Github, says_what_kept_a_run_from_its_verdict) {
  Results results;
  results.exit_code = ExitCode::inconclusive;
  results.exit_reason = "Too little could be tested.";
  EXPECT_EQ(github_annotations(results), "::error title=Weir%3A INCONCLUSIVE::Too little could be tested.\n");
  results.exit_code = ExitCode::good;
  EXPECT_EQ(github_annotations(results), "");
}

TEST(Github, summary_is_the_report_or_its_head_and_never_more_than_there_is_room_for) {
  const Results results = sample_results();
  const std::string whole = render_markdown(results);
  EXPECT_EQ(github_summary(results, whole.size()), whole);
  const std::string cut = github_summary(results, whole.size() - 1);
  EXPECT_THAT(cut, AllOf(StartsWith(render_markdown_head(results)), HasSubstr("larger than GitHub shows")));
  EXPECT_EQ(github_summary(results, 10), "");
}

TEST(Github, summary_is_appended) {
  const std::string path =
      (std::filesystem::path(::testing::TempDir()) / fmt::format("summary-{}", ::getpid())).string();
  std::ofstream(path) << "of the step before\n";
  ASSERT_TRUE(append_github_summary(sample_results(), path));
  EXPECT_EQ(read(path), "of the step before\n" + render_markdown(sample_results()));
  std::ofstream(path) << std::string(kSummaryBytes - 4000, 'x');
  ASSERT_TRUE(append_github_summary(sample_results(), path));
  EXPECT_LE(std::filesystem::file_size(path), kSummaryBytes);
  EXPECT_THAT(read(path), ::testing::EndsWith("`html=PATH`.\n"));
  std::filesystem::remove(path);
  EXPECT_FALSE(append_github_summary(sample_results(), ::testing::TempDir()));
}

}  // namespace
}  // namespace weir::reports
