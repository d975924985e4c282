#include "reports/conformance/digest.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "reports/testdata/golden.hpp"
#include "reports/testdata/sample.hpp"

namespace weir::reports {
namespace {

TEST(Digest, makes_one_row_of_eras_that_agree_whatever_was_counted) {
  Results results;
  results.checks = {sample_failure(), sample_failure(), sample_failure()};
  results.checks[0].got = "1 of 296 answers";
  results.checks[1].got = "1 of 350 answers";
  results.checks[1].era = "stateless";
  results.checks[1].revision = "2026-07-28";
  results.checks[2].got = "no answer";
  const Digest found = digest(results);
  ASSERT_EQ(found.failures.size(), 2U);
  EXPECT_EQ(found.failures[0].judged_by(), "streamable 2025-11-25; stateless 2026-07-28");
  EXPECT_EQ(found.failed, 3U);
}

TEST(Digest, puts_first_what_explains_most) {
  Results results;
  results.checks = {sample_failure(), sample_check("tools.call.served", Verdict::fail, "", ""),
                    sample_check("url.a.b", Verdict::untestable, "", "it died (tools.call.served)")};
  const Digest found = digest(results);
  EXPECT_EQ(found.failures[0].check().id, "tools.call.served");
  EXPECT_EQ(found.failures[0].explains, 1U);
}

TEST(Digest, counts_a_known_failure_neither_as_failure_nor_as_warning) {
  Results results;
  results.checks = {excused(sample_failure(), "known", "")};
  const Digest found = digest(results);
  EXPECT_TRUE(found.failures.empty() && found.warnings.empty());
  EXPECT_EQ(found.excused.size(), 1U);
  EXPECT_EQ(found.verified, 1U);
}

TEST(VerdictLine, counts_the_warnings_of_a_good_run) {
  Results results;
  results.exit_code = ExitCode::good;
  results.checks = {sample_check("url.a.b", Verdict::pass, "", ""), sample_check("url.a.c", Verdict::pass, "", "")};
  EXPECT_EQ(verdict_line(results, digest(results), 1), "PASS 2 of 2");
  results.checks.push_back(sample_check("url.a.d", Verdict::warn, "", ""));
  results.checks.push_back(excused(sample_check("url.a.e", Verdict::warn, "", ""), "known", ""));
  EXPECT_EQ(verdict_line(results, digest(results), 1), "PASS 4 of 4, 1 with a warning");
}

TEST(Remedies, are_for_words_that_checks_still_say) {
  namespace fs = std::filesystem;
  std::string said;
  for (const auto& entry : fs::recursive_directory_iterator(WEIR_SOURCE_DIR "/conformance")) {
    if (entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp") { said += read(entry.path()); }
  }
  for (const Remedy& remedy : remedies()) { EXPECT_NE(said.find(remedy.words), std::string::npos) << remedy.words; }
}

}  // namespace
}  // namespace weir::reports
