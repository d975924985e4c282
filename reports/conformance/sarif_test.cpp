// Somebody else's reader: ci/tests/github.py holds these golden files against the schema of OASIS.
#include "reports/conformance/sarif.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "reports/testdata/golden.hpp"
#include "reports/testdata/sample.hpp"

namespace weir::reports {
namespace {

namespace json = boost::json;

json::array results_in(const Results& results) {
  return json::parse(render_sarif(results)).at("runs").at(0).at("results").as_array();
}

TEST(Golden, sarif) {
  expect_golden("sample.sarif", render_sarif(sample_results()));
  expect_golden("preflight.sarif", render_sarif(sample_preflight()));
}

TEST(Sarif, has_a_result_for_each_finding_and_suppresses_what_is_known) {
  const auto results = results_in(sample_results());
  std::vector<std::string> ids;
  for (const auto& one : results) {
    ids.emplace_back(one.at("ruleId").as_string());
    EXPECT_EQ(one.as_object().contains("suppressions"),
              ids.back() == "http.origin.checked" || ids.back() == "sse.retry.sane");
  }
  const std::vector<std::string> expected = {"lifecycle.server-info.named", "jsonrpc.id.echoed", "sse.heartbeat.sent",
                                             "http.origin.checked", "sse.retry.sane"};
  EXPECT_EQ(ids, expected);
  EXPECT_EQ(results.at(0).at("level"), "error");
  EXPECT_EQ(results.at(2).at("level"), "warning");
}

TEST(Sarif, makes_no_green_scan_of_a_run_without_a_verdict) {
  Results results;
  for (const ExitCode code : {ExitCode::unreachable, ExitCode::inconclusive, ExitCode::interrupted}) {
    results.exit_code = code;
    const auto found = results_in(results);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.at(0).at("ruleId"), "weir.run");
  }
  EXPECT_EQ(results_in(sample_preflight()).at(0).at("ruleId"), "weir.run");
  results.exit_code = ExitCode::good;
  EXPECT_EQ(results_in(results).size(), 0U);
}

TEST(Sarif, makes_no_link_and_no_argument_of_what_an_endpoint_says) {
  Results results;
  results.checks = {sample_check("a.b.c", Verdict::fail, "a title", "see [here](http://evil.example) {0} {{1}}")};
  const std::string text(results_in(results).at(0).at("message").at("text").as_string());
  EXPECT_NE(text.find("see \\[here\\](http://evil.example) {{0} {{{{1}}"), std::string::npos) << text;
}

TEST(Sarif, recognises_a_finding_whatever_it_says) {
  Results one;
  one.checks = {sample_check("a.b.c", Verdict::fail, "a title", "now this")};
  Results other = one;
  other.checks[0].message = "now that";
  Results another = one;
  another.checks[0].endpoint = "admin";
  const auto print = [](const Results& results) { return results_in(results).at(0).at("partialFingerprints"); };
  EXPECT_EQ(print(one), print(other));
  EXPECT_NE(print(one), print(another));
}

TEST(Sarif, places_an_endpoint_where_github_takes_it_for_a_path) {
  EXPECT_EQ(sarif_location("https://mcp.example.com/mcp"), "mcp.example.com/mcp");
  EXPECT_EQ(sarif_location("http://user:pw@[::1]:8443/a b/?key=1#x"), "%5B%3A%3A1%5D%3A8443/a%20b");
  EXPECT_EQ(sarif_location("https://"), "endpoint");
  EXPECT_EQ(sarif_location(""), "endpoint");
}

}  // namespace
}  // namespace weir::reports
