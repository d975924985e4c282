#include "conformance/watch/watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/http/http_client.hpp"

namespace weir::conformance {
namespace {

using namespace std::chrono_literals;
using reports::ExitCode;
using reports::Results;
using ::testing::HasSubstr;

Results ended(ExitCode code, std::vector<std::string> failed = {}) {
  Results results;
  results.target_name = "staging";
  results.started_at = "2026-11-21T02:00:00Z";
  results.duration_ms = 1'200;
  results.exit_code = code;
  for (auto& id : failed) {
    reports::CheckResult check;
    check.id = std::move(id);
    check.verdict = reports::Verdict::fail;
    results.checks.push_back(std::move(check));
  }
  return results;
}

/// Asks with these outcomes, one after the other, and is interrupted with the last of them.
struct Played {
  std::vector<wire::Result<Results>> outcomes;
  std::size_t asked = 0;
  std::vector<ExitCode> told;
  std::vector<std::string> complaints;

  wire::Result<Results> play() {
    std::atomic<bool> interrupted{false};
    return watch({.every = 1ms,
                  .interrupted = &interrupted,
                  .ask =
                      [&] {
                        interrupted = asked + 1 == outcomes.size();
                        return outcomes[asked++];
                      },
                  .tell = [&](const Results& results) { told.push_back(results.exit_code); },
                  .complain = [&](const wire::Error& error) { complaints.push_back(error.detail); }});
  }
};

TEST(Watch, goes_on_whatever_a_run_found_and_ends_with_the_last_verdict) {
  Played played{{ended(ExitCode::good), ended(ExitCode::unreachable), ended(ExitCode::inconclusive),
                 ended(ExitCode::target_fails)}};
  EXPECT_EQ(played.play()->exit_code, ExitCode::target_fails);
  EXPECT_THAT(played.told, ::testing::ElementsAre(ExitCode::good, ExitCode::unreachable, ExitCode::inconclusive,
                                                  ExitCode::target_fails));
}

TEST(Watch, takes_no_verdict_from_a_run_that_was_cut_short) {
  Played played{{ended(ExitCode::target_fails), ended(ExitCode::interrupted)}};
  EXPECT_EQ(played.play()->exit_code, ExitCode::target_fails);
  EXPECT_THAT(played.told, ::testing::ElementsAre(ExitCode::target_fails));
  Played first{{ended(ExitCode::interrupted)}};
  EXPECT_EQ(first.play()->exit_code, ExitCode::interrupted);
  EXPECT_TRUE(first.told.empty());
}

TEST(Watch, ends_for_bad_configuration_at_its_beginning_alone) {
  Played first{{wire::bad_input("no lock"), ended(ExitCode::good)}};
  EXPECT_EQ(first.play().error().detail, "no lock");
  Played later{{ended(ExitCode::good), wire::bad_input("no lock"), ended(ExitCode::target_fails)}};
  EXPECT_EQ(later.play()->exit_code, ExitCode::target_fails);
  EXPECT_THAT(later.complaints, ::testing::ElementsAre("no lock"));
}

TEST(Watch, begins_runs_whole_periods_apart_and_catches_up_with_none) {
  const wire::Clock::time_point begin{};
  EXPECT_EQ(next_run(begin, begin, 10s), begin + 10s);
  EXPECT_EQ(next_run(begin, begin + 9s, 10s), begin + 10s);
  EXPECT_EQ(next_run(begin, begin + 10s, 10s), begin + 20s);
  EXPECT_EQ(next_run(begin, begin + 35s, 10s), begin + 40s);
}

TEST(Watch, says_in_a_line_what_a_run_found) {
  auto results = ended(ExitCode::target_fails, {"b.b.b", "a.a.a", "a.a.a", "c", "d", "e", "f"});
  results.exit_reason = "7 checks failed";
  EXPECT_EQ(watch_line(results), "2026-11-21T02:00:00Z FAIL in 1.2 s: 7 checks failed: a.a.a, b.b.b, c, d, e, 1 more");
}

TEST(Watch, has_news_where_something_else_failed) {
  EXPECT_FALSE(is_news(ended(ExitCode::target_fails, {"a"}), ended(ExitCode::target_fails, {"a"})));
  EXPECT_TRUE(is_news(ended(ExitCode::target_fails, {"a"}), ended(ExitCode::target_fails, {"b"})));
  EXPECT_TRUE(is_news(ended(ExitCode::good), ended(ExitCode::unreachable)));
}

std::string scraped(const GateMetrics& metrics) {
  wire::Request request;
  request.url = *wire::parse_url("http://" + metrics.address() + "/metrics");
  const auto answer = wire::HttpClient().exchange(request, wire::Deadline::in(10s));
  return answer ? answer->body : answer.error().detail;
}

TEST(GateMetrics, are_those_of_the_latest_run_and_remember_when_it_was_good_last) {
  auto metrics = GateMetrics::serve("127.0.0.1:0", wire::Reach::loopback, 1'700'000'000);
  ASSERT_TRUE(metrics) << metrics.error().detail;
  EXPECT_EQ(scraped(*metrics), "");
  const std::string success = "weir_conformance_last_success_timestamp_seconds{target=\"staging\"} ";
  metrics->show(ended(ExitCode::unreachable));
  EXPECT_THAT(scraped(*metrics), HasSubstr("weir_conformance_run_exit_code{target=\"staging\"} 3\n"));
  EXPECT_THAT(scraped(*metrics), HasSubstr(success + "1700000000\n"));
  metrics->show(ended(ExitCode::good));
  metrics->show(ended(ExitCode::target_fails));
  EXPECT_THAT(scraped(*metrics), HasSubstr("weir_conformance_run_exit_code{target=\"staging\"} 1\n"));
  EXPECT_THAT(scraped(*metrics), HasSubstr(success + "1795226401\n"));
}

TEST(GateMetrics, listen_beyond_loopback_only_where_they_were_told_to) {
  const auto refused = GateMetrics::serve("0.0.0.0:0", wire::Reach::loopback, 0);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("add --metrics-public"));
  EXPECT_TRUE(GateMetrics::serve("0.0.0.0:0", wire::Reach::anybody, 0));
}

}  // namespace
}  // namespace weir::conformance
