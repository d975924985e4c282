#include "reports/conformance/prometheus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "reports/conformance/writers.hpp"
#include "reports/testdata/golden.hpp"
#include "reports/testdata/sample.hpp"
#include "wire/base/files.hpp"

namespace weir::reports {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kEnded = 1'767'323'046;  // 2026-01-02T03:04:06Z, the sample's end.

Results passing() {
  Results results = sample_results();
  results.exit_code = ExitCode::good;
  return results;
}

TEST(Golden, prometheus) {
  expect_golden("sample.prom", render_prometheus(sample_results()));
  expect_golden("preflight.prom", render_prometheus(sample_preflight()));
}

TEST(PrometheusReport, leaves_promtool_nothing_to_say) {
  for (const char* name : {"sample.prom", "preflight.prom"}) {
    EXPECT_EQ(std::system(("promtool check metrics < " + kTestdata + name).c_str()), 0) << name;
  }
}

TEST(PrometheusReport, escapes_what_an_endpoint_says_of_itself) {
  Results results = sample_results();
  results.eras[0].server_name = "a\"b\\c\nd\xff";
  EXPECT_THAT(render_prometheus(results), HasSubstr(R"(server_name="a\"b\\c\\nd\\xff")"));
  results.eras[0].server_name = "\x1b[2J##[error]x\n::error::y\xe2\x80\xae";
  EXPECT_THAT(render_prometheus(results),
              HasSubstr(R"(server_name="\\x1b[2J#\\x23[error]x\\n:\\x3aerror:\\x3ay\\u202e")"));
}

TEST(PrometheusReport, has_each_series_once_and_the_graver_verdict_of_two) {
  Results results = sample_results();
  results.checks = {sample_check("a.b.c", Verdict::pass, "", ""), sample_check("a.b.c", Verdict::fail, "", "")};
  const std::string text = render_prometheus(results);
  EXPECT_THAT(text, HasSubstr("check=\"a.b.c\",endpoint=\"\",era=\"streamable\",revision=\"2025-11-25\",level=\"must\","
                              "verdict=\"fail\",excused=\"false\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("level=\"must\",verdict=\"pass\"")));
}

TEST(PrometheusReport, remembers_when_the_target_passed_last) {
  const std::string name = "weir_conformance_last_success_timestamp_seconds{target=\"payments-staging\"} ";
  EXPECT_THAT(render_prometheus(passing()), HasSubstr(name + std::to_string(kEnded) + "\n"));
  EXPECT_THAT(render_prometheus(sample_results()), HasSubstr(name + "0\n"));
  EXPECT_THAT(render_prometheus(sample_results(), 1'767'000'000), HasSubstr(name + "1767000000\n"));
  EXPECT_EQ(last_success_in(render_prometheus(passing()), sample_results()), kEnded);
  Results other = sample_results();
  other.target_name = "production";
  EXPECT_EQ(last_success_in(render_prometheus(passing()), other), 0);
  EXPECT_EQ(last_success_in("", sample_results()), 0);
}

TEST(PrometheusReport, keeps_the_last_success_of_the_file_that_it_replaces) {
  const auto path =
      (std::filesystem::path(::testing::TempDir()) / ("weir_" + std::to_string(::getpid()) + ".prom")).string();
  std::filesystem::remove(path);
  const ReportSpec spec{Format::prometheus, path};
  ASSERT_TRUE(write_report(passing(), spec));
  ASSERT_TRUE(write_report(sample_results(), spec));
  const std::string text = read(path);
  EXPECT_THAT(text, HasSubstr("weir_conformance_run_passed{target=\"payments-staging\"} 0\n"));
  EXPECT_EQ(last_success_in(text, sample_results()), kEnded);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace weir::reports
