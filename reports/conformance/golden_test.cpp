// Every report of the sample against its golden file; WEIR_UPDATE_GOLDEN=1 writes them anew. What other programs will
// read is read here by somebody else's parser: Python's expat and jsonschema.
#include "reports/testdata/golden.hpp"

#include <gtest/gtest.h>

#include "reports/conformance/console.hpp"
#include "reports/conformance/json.hpp"
#include "reports/conformance/junit.hpp"
#include "reports/conformance/markdown.hpp"
#include "reports/conformance/writers.hpp"
#include "reports/draw/junit_document.hpp"
#include "reports/draw/markdown_text.hpp"
#include "reports/draw/wrap.hpp"
#include "reports/testdata/sample.hpp"

namespace weir::reports {
namespace {

TEST(Golden, console) {
  expect_golden("sample.txt", render_console(sample_results()));
  expect_golden("sample.colour.txt", render_console(sample_results(), {.colour = true}));
  expect_golden("sample.verbose.txt", render_console(sample_results(), {.verbose = true}));
  expect_golden("sample.quiet.txt", render_console(sample_results(), {.quiet = true}));
  expect_golden("preflight.txt", render_console(sample_preflight()));
}

TEST(Golden, json) {
  expect_golden("sample.json", render_json(sample_results()));
  expect_golden("preflight.json", render_json(sample_preflight()));
}

TEST(Golden, junit) {
  expect_golden("sample.xml", render_junit(sample_results()));
  expect_golden("preflight.xml", render_junit(sample_preflight()));
}

TEST(Golden, markdown) {
  expect_golden("sample.md", render_markdown(sample_results()));
  expect_golden("preflight.md", render_markdown(sample_preflight()));
}

TEST(JsonReport, meets_its_published_schema) {
  const std::string program =
      "import json, sys, jsonschema\n"
      "schema = json.load(open(sys.argv[1]))\n"
      "jsonschema.Draft202012Validator.check_schema(schema)\n"
      "for path in sys.argv[2:]: jsonschema.Draft202012Validator(schema).validate(json.load(open(path)))\n";
  const std::string schema = WEIR_SOURCE_DIR "/reports/schema/conformance-report.schema.json ";
  EXPECT_EQ(python(program, schema + kTestdata + "sample.json " + kTestdata + "preflight.json"), 0);
}

TEST(JunitReport, is_read_by_expat_and_its_counts_add_up) {
  const std::string program =
      "import sys, xml.etree.ElementTree as tree\n"
      "for path in sys.argv[1:]:\n"
      "  root = tree.parse(path).getroot()\n"
      "  tags = {\"tests\": \"testcase\", \"failures\": \"failure\", \"errors\": \"error\", \"skipped\": \"skipped\"}\n"
      "  for suite in [root, *root.iter(\"testsuite\")]:\n"
      "    for name, tag in tags.items():\n"
      "      assert int(suite.get(name)) == len(list(suite.iter(tag))), (path, suite.get(\"name\"), name)\n";
  EXPECT_EQ(python(program, kTestdata + "sample.xml " + kTestdata + "preflight.xml"), 0);
}

TEST(JunitReport, writes_no_byte_that_xml_forbids) {
  std::string every_byte;
  for (int i = 0; i < 256; ++i) { every_byte += static_cast<char>(i); }
  const std::string escaped = xml_escaped(every_byte + "\xef\xbf\xbf");
  for (const char c : escaped) { EXPECT_GE(static_cast<unsigned char>(c), 0x20); }
  EXPECT_EQ(xml_escaped("<a b=\"c\">&\n"), "&lt;a b=&quot;c&quot;&gt;&amp;&#10;");
}

TEST(JunitReport, turns_warnings_into_failures_when_strict) {
  Results results = sample_results();
  results.strict = true;
  EXPECT_EQ(render_junit(sample_results()).find("<failure message=\"no byte for 30 s\""), std::string::npos);
  EXPECT_NE(render_junit(results).find("<failure message=\"no byte for 30 s\" type=\"should\""), std::string::npos);
}

TEST(JunitReport, is_not_green_when_the_run_is_not_good) {
  Results results;
  results.exit_code = ExitCode::inconclusive;
  results.exit_reason = "Too little could be tested.";
  EXPECT_NE(render_junit(results).find("<error message=\"Too little could be tested.\">"), std::string::npos);
  results.exit_code = ExitCode::target_fails;
  results.problems = {"baseline: stale"};
  EXPECT_NE(render_junit(results).find("baseline: stale"), std::string::npos);
  EXPECT_NE(render_junit(results).find("failures=\"1\""), std::string::npos);
  results.exit_code = ExitCode::good;
  results.problems.clear();
  EXPECT_EQ(render_junit(results).find("<testcase"), std::string::npos);
}

TEST(ConsoleReport, lets_no_escape_sequence_of_the_endpoint_through) {
  const std::string text = render_console(sample_results());
  for (const char c : text) { EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20); }
  EXPECT_EQ(text.find("\xc2\x9b"), std::string::npos);
}

TEST(ConsoleReport, says_once_why_several_checks_were_not_verified_and_counts_what_does_not_apply) {
  Results results;
  for (const char* id : {"tools.a.one", "x402.b.two", "x402.c.three", "x402.d.four", "x402.e.five"}) {
    CheckResult check{.id = id, .title = "a title", .area = "x402"};
    check.verdict = check.id == "x402.e.five" ? Verdict::not_applicable : Verdict::untestable;
    check.message = check.id == "x402.d.four" ? "another reason"
                                              : "no tool may be called: list one under safe_tools in the profile";
    results.checks.push_back(check);
  }
  const std::string text = render_console(results, {});
  EXPECT_NE(text.find("   3  no tool may be called  -> safe_tools, --call-read-only\n"), std::string::npos) << text;
  EXPECT_NE(text.find("   1  another reason\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Not applicable: 1 (--verbose lists them)\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("x402.b.two"), std::string::npos) << text;
  EXPECT_NE(render_console(results, {.verbose = true}).find("x402.b.two"), std::string::npos);
}

TEST(ConsoleReport, counts_the_reasons_that_would_push_the_findings_off_the_screen) {
  Results results;
  for (int i = 0; i < 15; ++i) {
    CheckResult check{.id = fmt::format("tools.a.check-{}", i), .title = "a title", .area = "tools"};
    check.verdict = Verdict::untestable;
    check.message = fmt::format("reason {:02}", i);
    results.checks.push_back(check);
  }
  const std::string text = render_console(results, {});
  EXPECT_NE(text.find("   1  reason 09\n   5  for 5 more reasons (--verbose lists them)\n"), std::string::npos) << text;
  EXPECT_NE(render_console(results, {.verbose = true}).find("reason 14"), std::string::npos);
  results.checks.pop_back();
  EXPECT_NE(render_console(results, {}).find("   1  reason 13\n"), std::string::npos);
}

TEST(ConsoleReport, ends_with_the_names_of_what_failed) {
  Results results = sample_results();
  CheckResult again = sample_failure();
  again.era = "stateless";
  again.revision = "2026-07-28";
  results.checks.push_back(again);
  const std::string text = render_console(results, {});
  const std::string last = "Conformance: FAIL 3 of 7: lifecycle.server-info.named, jsonrpc.id.echoed (x2)\n";
  EXPECT_TRUE(text.ends_with(last)) << text;
}

TEST(ConsoleReport, is_no_wider_than_a_terminal) {
  Results results = sample_results();
  results.target_url = "https://mcp.example.com/mcp";
  results.tools_lock.reset();
  std::istringstream lines(render_console(results));
  for (std::string one; std::getline(lines, one);) { EXPECT_LE(one.size(), kColumns) << one; }
}

TEST(ConsoleReport, says_one_verdict_after_a_failed_preflight) {
  const std::string text = render_console(sample_preflight(), {.quiet = true});
  EXPECT_EQ(text,
            "  fix    Wait until a target is healthy, or look at its health check.\n"
            "Conformance: UNREACHABLE  https://mcp.example.com/mcp  no-healthy-target: The load balancer answered 503 "
            "<html>.\n");
}

TEST(MarkdownReport, leaves_nothing_of_the_endpoint_to_be_obeyed) {
  EXPECT_EQ(markdown_escaped("a|b <b> `c` @d [e](http://f) *g* safe_tools _h_ # \\"),
            "a&#124;b &lt;b&gt; &#96;c&#96; &#64;&#8203;d \\[e\\](http&#58;//f) \\*g\\* safe_tools \\_h\\_ \\# \\\\");
  EXPECT_EQ(markdown_escaped("line\n## two"), "line\\\\n\\#\\# two");
}

TEST(MarkdownReport, mentions_nobody_and_nothing) {
  EXPECT_EQ(
      markdown_escaped("@octocat #1 !2 $3 &4 gh-5 a@b @ # 6"),
      "&#64;&#8203;octocat \\#&#8203;1 \\!&#8203;2 \\$&#8203;3 &amp;&#8203;4 gh-&#8203;5 a&#64;&#8203;b &#64; \\# 6");
  EXPECT_EQ(markdown_escaped("www.evil.example"), "www&#46;evil.example");
}

TEST(JunitReport, writes_out_what_would_be_obeyed_where_it_is_printed) {
  EXPECT_EQ(xml_escaped("##[error]x ##vso[a] ::warning::y"), "#\\x23[error]x #\\x23vso[a] :\\x3awarning:\\x3ay");
  EXPECT_EQ(xml_escaped("a\xc2\x9b"
                        "b\xe2\x80\xae\x7f"),
            "a\\u009bb\\u202e\\x7f");
}

}  // namespace
}  // namespace weir::reports
