#include "reports/conformance/html.hpp"

#include <gtest/gtest.h>

#include "reports/draw/page.hpp"
#include "reports/testdata/golden.hpp"
#include "reports/testdata/sample.hpp"

namespace weir::reports {
namespace {

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) { ++found; }
  return found;
}

/// What stands between the style and the scripts, which are Weir's own.
std::string body_of(const std::string& page) {
  const std::size_t begin = page.find("<body>");
  return page.substr(begin, page.find("<script>", begin) - begin);
}

constexpr std::string_view kSpecimen = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>&\x1b[2J\xff";

TEST(HtmlReport, is_the_golden_page) {
  expect_golden("sample.html", body_of(render_html(sample_results())));
  expect_golden("preflight.html", body_of(render_html(sample_preflight())));
}

TEST(HtmlReport, escapes_every_field_that_an_endpoint_can_fill) {
  Results results = sample_results();
  const std::string specimen(kSpecimen);
  for (std::string* value : {&results.target_name, &results.target_url, &results.exit_reason, &results.started_at,
                             &results.tool_version, &results.tools_lock->path, &results.tools_lock->gate}) {
    *value = specimen;
  }
  results.problems = {specimen};
  results.eras = {{specimen, specimen, specimen, specimen, {specimen}, 1, specimen, {specimen}}};
  results.tools_lock->changes = {{specimen, specimen, specimen, specimen}};
  for (CheckResult& check : results.checks) {
    for (std::string* value :
         {&check.id, &check.title, &check.area, &check.endpoint, &check.era, &check.revision, &check.message,
          &check.expected, &check.got, &check.hop, &check.fix, &check.consequence, &check.source, &check.curl}) {
      *value = specimen;
    }
    check.requirements = check.evidence = check.revisions = {specimen};
    if (check.excused) { check.excused->reason = specimen; }
  }
  const std::string page = render_html(results);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_EQ(page.find("\"'>"), std::string::npos);
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
  EXPECT_EQ(count(page, "</script>"), count(render_html(sample_results()), "</script>"));

  Results unreachable = sample_preflight();
  PreflightFailure& failure = *unreachable.preflight;
  for (std::string* value : {&failure.cause, &failure.message, &failure.fix, &failure.curl}) { *value = specimen; }
  failure.evidence = {specimen};
  EXPECT_EQ(render_html(unreachable).find("<img"), std::string::npos);
}

TEST(HtmlReport, asks_for_nothing_from_elsewhere) {
  const std::string page = render_html(sample_results());
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(page.find(" src="), std::string::npos);
  EXPECT_EQ(page.find("@import"), std::string::npos);
}

TEST(HtmlText, makes_links_of_nothing_but_https) {
  EXPECT_EQ(html_link("javascript:alert(1)"), "javascript:alert(1)");
  EXPECT_EQ(html_link("https://a/\"x"), "<a href=\"https://a/&quot;x\" rel=\"noreferrer\">https://a/&quot;x</a>");
  EXPECT_EQ(json_in_script("{\"a\":\"</script>\"}"), "{\"a\":\"\\u003c/script>\"}");
}

}  // namespace
}  // namespace weir::reports
