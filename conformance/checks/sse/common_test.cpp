#include "conformance/checks/sse/common.hpp"

#include <gtest/gtest.h>

#include "conformance/probe/survey.hpp"
#include "conformance/run/runner.hpp"
#include "fixtures/mcp/server.hpp"

namespace weir::conformance {

using reports::Verdict;

namespace {

constexpr std::chrono::seconds kWhole{10};

reports::CheckResult judge(std::string_view check, Era era, fixtures::ServerOptions options) {
  const auto server = fixtures::Server::start(std::move(options)).value();
  Target target;
  target.url = wire::parse_url(era == Era::http_sse ? server.sse_url() : server.mcp_url()).value();
  target.detection = wire::mcp::detect({.url = target.url, .only = era});
  std::vector<std::string> problems;
  target.surveys = survey(target, wire::Deadline::in(kWhole), nullptr, problems);
  return run_check(target, *find_check(check), era, wire::Deadline::in(kWhole));
}

}  // namespace

TEST(CacheDirective, is_found_in_any_field_and_case_as_a_whole_word) {
  const wire::Headers headers{{"Cache-Control", "Private , NO-cache"}, {"cache-control", "max-age=0"}};
  EXPECT_TRUE(has_cache_directive(headers, "no-cache"));
  EXPECT_TRUE(has_cache_directive(headers, "max-age=0"));
  EXPECT_FALSE(has_cache_directive(headers, "no-cach"));
  EXPECT_FALSE(has_cache_directive({{"Cache-Control", "max-age=0600, , "}}, "max-age=0"));
  EXPECT_FALSE(has_cache_directive({}, "no-store"));
}

TEST(ContentCoding, of_identity_is_none) {
  wire::Exchange exchange;
  EXPECT_EQ(content_coding(exchange), "");
  exchange.head.headers.set("Content-Encoding", "Identity");
  EXPECT_EQ(content_coding(exchange), "");
  exchange.head.headers.set("Content-Encoding", "BR");
  EXPECT_EQ(content_coding(exchange), "br");
}

TEST(StreamChecks, cannot_tell_behind_nginx_what_it_takes_off) {
  for (const Era era : {Era::http_sse, Era::streamable}) {
    const auto result = judge("sse.head.buffering-advice", era, {.faults = {"sse.behind-nginx"}});
    EXPECT_EQ(result.verdict, Verdict::untestable) << result.message;
  }
}

TEST(StreamChecks, do_not_judge_the_end_of_a_stream_that_we_closed) {
  fixtures::ServerOptions options;
  options.endpoint.json_responses = true;
  const auto result = judge("sse.framing.clean-end", Era::streamable, options);
  EXPECT_EQ(result.verdict, Verdict::untestable) << result.message;
}

TEST(StreamChecks, take_the_answer_to_a_post_for_uncacheable) {
  fixtures::ServerOptions options;
  options.faults = {"sse.cacheable", "streamable.get-404"};
  const auto result = judge("sse.head.no-cache", Era::streamable, options);
  EXPECT_EQ(result.verdict, Verdict::pass) << result.message;
}

}  // namespace weir::conformance
