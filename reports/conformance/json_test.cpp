#include "reports/conformance/json.hpp"

#include <gtest/gtest.h>

#include "reports/testdata/sample.hpp"

namespace weir::reports {
namespace {

std::string changed(std::string_view from, std::string_view to) {
  std::string text = render_json(sample_results());
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string complaint(std::string_view text) {
  const auto results = parse_json_report(text);
  return results ? "no complaint" : results.error();
}

TEST(JsonReport, comes_back_as_it_was) {
  Results results = sample_results();
  results.checks[3] = sample_failure();  // The hostile one holds bytes that JSON cannot carry.
  EXPECT_EQ(parse_json_report(render_json(results)).value(), results);
  EXPECT_EQ(parse_json_report(render_json(sample_preflight())).value(), sample_preflight());
  EXPECT_EQ(parse_json_report(render_json(Results())).value(), Results());
}

TEST(JsonReport, replaces_bytes_that_json_cannot_carry) {
  const auto results = parse_json_report(render_json(sample_results()));
  ASSERT_TRUE(results) << results.error();
  EXPECT_NE(results->checks[3].got.find("\xef\xbf\xbd"), std::string::npos);
  EXPECT_EQ(render_json(*results), render_json(sample_results()));
}

TEST(JsonReport, says_where_a_report_is_wrong) {
  EXPECT_EQ(complaint(changed("\"verdict\": \"fail\"", "\"verdict\": \"maybe\"")),
            "/checks/1/verdict must be one of pass, fail, warn, not-applicable, untestable, error");
  EXPECT_EQ(complaint(changed("\"exit_code\": 1", "\"exit_code\": 7")), "/exit_code must be one of 0, 1, 2, 3, 4, 130");
  EXPECT_EQ(complaint(changed("\"duration_ms\": 12\n", "\"duration_ms\": 1.5\n")),
            "/checks/0/duration_ms must be a whole number");
  EXPECT_EQ(complaint(changed("\"curl\": \"\",", "")), "/checks/0/curl is missing");
}

TEST(JsonReport, reads_reports_of_before_hop_and_fix_were_added) {
  EXPECT_EQ(complaint(changed("\"hop\": \"ALB, 60 s\",", "")), "no complaint");
  EXPECT_EQ(complaint(changed("\"hop\": \"ALB, 60 s\"", "\"hop\": 60")), "/checks/5/hop must be a string");
}

TEST(JsonReport, reads_reports_of_before_older_revisions_were_asked) {
  auto text = render_json(sample_results());
  const auto drop = [&text](std::string_view member) {
    const std::size_t at = text.find(member);
    ASSERT_NE(at, std::string::npos) << member;
    text.erase(at, text.find(']', at) + 2 - at);
  };
  drop("\"older_revisions\": [\n");
  drop("\"revisions\": [\n        \"2025-11-25\",\n");
  const auto results = parse_json_report(text);
  ASSERT_TRUE(results) << results.error();
  EXPECT_TRUE(results->eras[0].older_revisions.empty());
}

TEST(JsonReport, refuses_another_schema_version) {
  EXPECT_EQ(complaint(changed("\"schema_version\": 1", "\"schema_version\": 2")),
            "/schema_version is 2, this program reads 1");
}

TEST(JsonReport, skips_members_that_it_does_not_know) {
  EXPECT_EQ(complaint(changed("\"strict\":", "\"later\": {\"a\": [1]}, \"strict\":")), "no complaint");
}

TEST(JsonReport, survives_what_is_no_report) {
  EXPECT_NE(complaint("").find("the report is not JSON"), std::string::npos);
  EXPECT_EQ(complaint("[]"), "the report must be an object");
  EXPECT_EQ(complaint("{}"), "/schema_version is missing");
  EXPECT_NE(complaint(std::string(100'000, '[')).find("the report is not JSON"), std::string::npos);
  const std::string whole = render_json(sample_preflight());
  for (std::size_t cut = 0; cut < whole.size() - 1; ++cut) {
    EXPECT_NE(complaint(whole.substr(0, cut)), "no complaint");
  }
}

}  // namespace
}  // namespace weir::reports
