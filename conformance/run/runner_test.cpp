// How checks are chosen, judged and stopped, against the fixture.
#include "conformance/run/runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/probe/survey.hpp"
#include "fixtures/mcp/server.hpp"

namespace weir::conformance {

using reports::Level;
using reports::Verdict;
using ::testing::HasSubstr;

namespace {

Target surveyed(const fixtures::Server& server, std::optional<Era> only = std::nullopt) {
  Target target;
  target.url = wire::parse_url(server.mcp_url()).value();
  target.answer_timeout = std::chrono::milliseconds(1000);
  target.detection = wire::mcp::detect({.url = target.url, .timeout = target.answer_timeout, .only = only});
  std::vector<std::string> problems;
  target.surveys = survey(target, wire::Deadline::in(std::chrono::seconds(10)), nullptr, problems);
  EXPECT_THAT(problems, ::testing::IsEmpty());
  return target;
}

fixtures::Server serve(std::vector<std::string> faults = {}) {
  fixtures::ServerOptions options;
  options.faults = std::move(faults);
  return fixtures::Server::start(std::move(options)).value();
}

CheckInfo check_that(Finding (*run)(Probe&), Level level = Level::must) {
  return {.id = "made-up.check.runs",
          .title = "t",
          .level = level,
          .eras = kStreamable,
          .source = "{revision}",
          .run = run};
}

reports::CheckResult judged(const Target& target, const CheckInfo& info, Aside* aside = nullptr) {
  return run_check(target, info, Era::streamable, wire::Deadline::in(std::chrono::seconds(5)), nullptr, aside);
}

}  // namespace

class Runner : public ::testing::Test {
 protected:
  fixtures::Server server_ = serve();
  Target target_ = surveyed(server_, Era::streamable);
};

TEST_F(Runner, surveys_every_page_of_the_lists) {
  const auto& facts = target_.surveys.at(0);
  EXPECT_TRUE(facts.declares("tools"));
  EXPECT_TRUE(facts.sessions);
  EXPECT_GT(facts.tools.size(), 3U) << "the fixture gives three a page";
  EXPECT_GT(facts.list_replies.size(), 3U);
  EXPECT_FALSE(facts.list_error);
}

TEST_F(Runner, runs_each_check_in_each_era_it_holds_in) {
  const auto target = surveyed(server_);
  const auto outcome = run_checks(target, {.checks = {"health.route.answers", "jsonrpc.id.echoed"}});
  ASSERT_EQ(outcome.checks.size(), 3U);
  EXPECT_EQ(outcome.checks[0].era, "");
  EXPECT_EQ(outcome.checks[0].revision, "");
  EXPECT_EQ(outcome.checks[1].era, "stateless");
  EXPECT_EQ(outcome.checks[2].era, "streamable");
  EXPECT_EQ(outcome.checks[2].revision, "2025-11-25");
  for (const auto& check : outcome.checks) {
    EXPECT_EQ(check.verdict, Verdict::pass) << check.id << ": " << check.message;
  }
  EXPECT_THAT(outcome.problems, ::testing::IsEmpty());
}

TEST_F(Runner, leaves_out_what_is_below_the_level) {
  std::vector<std::string> ids;
  for (const auto& info : catalogue()) { ids.push_back(info.id); }
  for (const auto& check : run_checks(target_, {.checks = {"jsonrpc.id.echoed"}, .lowest = Level::must}).checks) {
    EXPECT_EQ(check.level, Level::must);
  }
}

TEST_F(Runner, turns_a_fail_into_a_warning_below_must) {
  const auto failing = [](Probe&) { return fail("this", "that"); };
  EXPECT_EQ(judged(target_, check_that(failing)).verdict, Verdict::fail);
  EXPECT_EQ(judged(target_, check_that(failing, Level::should)).verdict, Verdict::warn);
  EXPECT_EQ(judged(target_, check_that(failing, Level::may)).verdict, Verdict::warn);
}

TEST_F(Runner, judges_nothing_by_an_answer_to_one_request_too_many) {
  const auto limited = serve({"http.429"});
  target_.url = wire::parse_url(limited.mcp_url()).value();
  const auto info = check_that([](Probe& probe) {
    const auto answer = probe.send(probe.request("GET", probe.url()));
    return answer && answer->ok() ? pass("ok") : fail("HTTP 200", "HTTP 429");
  });
  const auto result = judged(target_, info);
  EXPECT_EQ(result.verdict, Verdict::untestable);
  EXPECT_THAT(result.message, HasSubstr("limits the rate of requests"));
}

TEST_F(Runner, judges_nothing_by_an_answer_that_the_budget_cut_short) {
  const auto silent = serve({"ping.unanswered", "streamable.response-stream-held"});
  target_.url = wire::parse_url(silent.mcp_url()).value();
  const auto info = check_that([](Probe& probe) {
    const auto reply = probe.call("ping");
    return reply && reply->response ? pass("ok") : fail("an answer", "none");
  });
  const auto soon = wire::Deadline::in(std::chrono::milliseconds(200));
  const auto result = run_check(target_, info, Era::streamable, soon);
  EXPECT_EQ(result.verdict, Verdict::untestable);
  EXPECT_THAT(result.message, HasSubstr("the run ended before"));
}

TEST_F(Runner, calls_a_check_that_throws_an_error_of_weir) {
  const auto result = judged(target_, check_that([](Probe&) -> Finding { throw std::out_of_range("index 7"); }));
  EXPECT_EQ(result.verdict, Verdict::error);
  EXPECT_THAT(result.message, HasSubstr("index 7"));
}

TEST_F(Runner, asks_again_what_the_clock_made_red) {
  static int asked = 0;
  auto info = check_that([](Probe&) { return ++asked == 1 ? fail("an answer at once", "none yet") : pass("1 ms"); });
  EXPECT_EQ(judged(target_, info).verdict, Verdict::fail);
  EXPECT_EQ(asked, 1) << "nothing says that this check goes by the clock";

  asked = 0;
  info.timed = true;
  const auto late_once = judged(target_, info);
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(late_once.verdict, Verdict::pass);
  EXPECT_EQ(late_once.message, "1 ms (when asked again; at first expected an answer at once, got none yet)");
  EXPECT_THAT(late_once.got, ::testing::IsEmpty());
}

TEST_F(Runner, calls_red_what_is_late_twice_and_asks_no_third_time) {
  static int asked = 0;
  auto info = check_that([](Probe&) { return fail("an answer at once", fmt::format("none, {}", ++asked)); });
  info.timed = true;
  const auto late = judged(target_, info);
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(late.verdict, Verdict::fail);
  EXPECT_EQ(late.got, "none, 2");
}

TEST_F(Runner, says_why_a_check_is_not_applicable) {
  auto info = check_that([](Probe&) { return pass("ran"); });
  info.since = "2025-03-26";
  info.until = "2025-06-18";
  EXPECT_EQ(judged(target_, info).verdict, Verdict::not_applicable);
  EXPECT_THAT(judged(target_, info).message, HasSubstr("until 2025-06-18; the revision here is 2025-11-25"));
  info.until.clear();
  EXPECT_EQ(judged(target_, info).verdict, Verdict::pass);
  info.capability = "teleport";
  EXPECT_THAT(judged(target_, info).message, HasSubstr("does not declare the capability 'teleport'"));
}

TEST_F(Runner, keeps_evidence_and_a_curl_line_of_what_did_not_pass) {
  const auto asking = [](Probe& probe) {
    (void)probe.call("ping");
    return fail("x", "y");
  };
  const auto result = judged(target_, check_that(asking));
  EXPECT_THAT(result.evidence, ::testing::Contains(HasSubstr("\"method\":\"ping\"")));
  EXPECT_THAT(result.evidence, ::testing::Contains(HasSubstr("< HTTP 200")));
  EXPECT_THAT(result.curl, HasSubstr("--data-raw"));
  EXPECT_EQ(result.source, "2025-11-25");
}

TEST_F(Runner, repeats_the_request_that_a_check_pinned) {
  const auto pinning = [](Probe& probe) {
    auto request = probe.request("GET", probe.url());
    request.headers.set("X-Pinned", "yes");
    probe.pin_request(request);
    (void)probe.call("ping");
    return fail("x", "y");
  };
  EXPECT_THAT(judged(target_, check_that(pinning)).curl, HasSubstr("X-Pinned"));
}

TEST_F(Runner, calls_untestable_what_the_budget_left_out) {
  const auto outcome = run_checks(target_, {.checks = {"jsonrpc.id.echoed", "tools.name.unique"},
                                            .deadline = wire::Deadline::in(std::chrono::milliseconds(0)),
                                            .budget = std::chrono::seconds(7)});
  ASSERT_EQ(outcome.checks.size(), 2U);
  for (const auto& check : outcome.checks) {
    EXPECT_EQ(check.verdict, Verdict::untestable);
    EXPECT_THAT(check.message, HasSubstr("the budget of 7 s was used up"));
  }
  EXPECT_TRUE(outcome.stopped_early);
  EXPECT_THAT(outcome.problems, ::testing::ElementsAre(HasSubstr("2 of 2 checks were not asked")));
}

TEST_F(Runner, judges_what_was_seen_only_while_there_is_time_for_it) {
  const RunnerOptions options{
      .checks = {"jsonrpc.answer.asked-for", "jsonrpc.answer.single", "jsonrpc.members.no-duplicates",
                 "jsonrpc.result.object", "jsonrpc.strings.whole"},
      .deadline = wire::Deadline::in(std::chrono::milliseconds(0)),
      .budget = std::chrono::seconds(7)};
  for (const auto& check : run_checks(target_, options).checks) { EXPECT_EQ(check.verdict, Verdict::pass) << check.id; }
  Target target = surveyed(server_, Era::streamable);
  target.client.run.until = {wire::Clock::now() - std::chrono::minutes(1)};
  const auto late = run_checks(target, options);
  ASSERT_EQ(late.checks.size(), options.checks.size());
  for (const auto& check : late.checks) {
    EXPECT_EQ(check.verdict, Verdict::untestable) << check.id;
    EXPECT_THAT(check.message, HasSubstr("the budget of 7 s was used up"));
  }
  EXPECT_TRUE(late.stopped_early);
}

TEST_F(Runner, ends_at_once_when_interrupted) {
  std::atomic<bool> interrupted = true;
  std::vector<std::string> ids;
  for (const auto& info : catalogue()) { ids.push_back(info.id); }
  const auto outcome = run_checks(target_, {.checks = ids, .threads = 1, .interrupted = &interrupted});
  EXPECT_TRUE(outcome.interrupted);
}

TEST_F(Runner, stops_when_the_target_stops_answering) {
  std::vector<std::string> ids;
  for (const auto& info : catalogue()) { ids.push_back(info.id); }
  Target target = target_;
  target.answer_timeout = std::chrono::milliseconds(100);
  // The same address, where nothing is answered any more.
  const auto port = server_.port();
  server_ = serve();
  fixtures::ServerOptions options;
  options.port = port;
  options.faults = {"http.hang"};
  auto hanging = fixtures::Server::start(options);
  ASSERT_TRUE(hanging) << hanging.error().detail;
  const auto outcome = run_checks(target, {.checks = ids});
  EXPECT_TRUE(outcome.stopped_early);
  ASSERT_EQ(outcome.problems.size(), 1U);
  EXPECT_THAT(outcome.problems[0], HasSubstr("the target stopped answering"));
  const auto untestable = std::count_if(outcome.checks.begin(), outcome.checks.end(),
                                        [](const auto& check) { return check.verdict == Verdict::untestable; });
  EXPECT_GT(untestable, static_cast<std::ptrdiff_t>(outcome.checks.size() / 3));
}

class RunnerCauses : public ::testing::Test {
 protected:
  static RunnerOutcome whole_run(const fixtures::Server& server, unsigned threads = kThreads) {
    std::vector<std::string> ids;
    for (const auto& info : catalogue()) {
      if (!info.id.starts_with("deploy.")) { ids.push_back(info.id); }
    }
    return run_checks(surveyed(server, Era::streamable), {.checks = ids, .threads = threads});
  }

  static std::vector<std::string> red(const RunnerOutcome& outcome) {
    std::vector<std::string> ids;
    for (const auto& check : outcome.checks) {
      if (check.verdict == Verdict::fail || check.verdict == Verdict::warn) {
        ids.push_back(check.id + ": " + check.message);
      }
    }
    return ids;
  }
};

TEST_F(RunnerCauses, a_batch_that_brings_the_endpoint_down_is_one_verdict) {
  const auto outcome = whole_run(serve({"http.dies-after-batch"}));
  EXPECT_THAT(red(outcome), ::testing::ElementsAre(::testing::AllOf(HasSubstr("preflight.endpoint.stays-up"),
                                                                    HasSubstr("POST a batch of"))));
  EXPECT_TRUE(outcome.stopped_early);
}

TEST_F(RunnerCauses, streams_that_keep_everybody_out_are_one_verdict) {
  const auto outcome = whole_run(serve({"reconnect.storm-exhausts"}));
  EXPECT_THAT(red(outcome), ::testing::ElementsAre(::testing::AllOf(HasSubstr("reconnect.streams.leave-room"),
                                                                    HasSubstr("keep everybody out"))));
}

TEST_F(RunnerCauses, errors_of_a_gateway_now_and_then_are_one_verdict) {
  const auto outcome = whole_run(serve({"http.502-now-and-then"}));
  EXPECT_THAT(red(outcome), ::testing::ElementsAre(::testing::AllOf(HasSubstr("preflight.answers.steady"),
                                                                    HasSubstr("were answered 502 by nginx"))));
}

TEST_F(RunnerCauses, a_slow_endpoint_is_slow_and_nothing_else) {
  Target target = surveyed(serve(), Era::streamable);
  const auto slow = serve({"http.slow"});
  target.url = wire::parse_url(slow.mcp_url()).value();
  for (auto& attempt : target.detection.attempts) { attempt.request.url = target.url; }
  const auto outcome =
      run_checks(target, {.checks = {"jsonrpc.id.echoed", "ping.result.empty", "preflight.answers.prompt"}});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre(::testing::AllOf(HasSubstr("preflight.answers.prompt"),
                                                                    HasSubstr("the target is slow"))));
}

TEST_F(RunnerCauses, asks_no_more_with_wrong_credentials_than_is_allowed) {
  Target target = surveyed(serve(), Era::streamable);
  target.headers.set("Authorization", "Bearer x");
  const auto outcome = run_checks(target, {.checks = {"auth.bearer.wrong-401"}, .auth_attempts = 0});
  ASSERT_EQ(outcome.checks.size(), 1U);
  EXPECT_EQ(outcome.checks[0].verdict, Verdict::untestable);
  EXPECT_THAT(outcome.checks[0].message, HasSubstr("--auth-attempts"));
}

TEST(RunnerWithout, a_conversation_calls_what_needs_one_untestable_and_judges_the_rest) {
  Target target;
  const auto server = serve({"http.401"});
  target.url = wire::parse_url(server.mcp_url()).value();
  Survey lost;
  lost.era = Era::streamable;
  lost.revision = "2025-11-25";
  lost.open_error = wire::Error{wire::ErrorCode::rejected, "initialize was refused"};
  target.surveys.push_back(lost);
  const auto asking = [](Probe& probe) {
    auto reply = probe.call("ping");
    return reply ? pass("answered") : probe.broken(reply.error(), "an answer");
  };
  EXPECT_THAT(judged(target, check_that(asking)).message,
              HasSubstr("no conversation can be opened: initialize was refused"));
  EXPECT_EQ(judged(target, check_that(asking)).verdict, Verdict::untestable);
  const auto raw = [](Probe& probe) {
    auto answer = probe.send(probe.request("GET", probe.url()));
    return answer ? fail("200", std::to_string(answer->head.status)) : probe.broken(answer.error(), "an answer");
  };
  EXPECT_EQ(judged(target, check_that(raw)).got, "401");
}

TEST_F(Runner, blames_no_target_for_what_this_machine_lacks) {
  target_.client.run.shortages = std::make_shared<wire::Shortages>();
  const auto in_need =
      judged(target_, check_that([](Probe& probe) {
               probe.target().client.run.shortages->note({wire::ErrorCode::shortage, "no descriptor is left"});
               return fail("an answer", "none");
             }));
  EXPECT_EQ(in_need.verdict, Verdict::error);
  EXPECT_EQ(in_need.message, "no descriptor is left");
  const auto later = judged(target_, check_that([](Probe&) { return fail("an answer", "none"); }));
  EXPECT_EQ(later.verdict, Verdict::fail) << "what was lacking before is no excuse";
}

TEST_F(Runner, cannot_judge_what_it_has_no_memory_for) {
  const auto large = judged(target_, check_that([](Probe&) {
                              const std::string body(wire::limits::kRunBytes + 1, 'x');
                              return body.empty() ? pass("it is small") : fail("a small body", "a large one");
                            }));
  EXPECT_EQ(large.verdict, Verdict::untestable);
  EXPECT_THAT(large.message, HasSubstr("MiB for all checks of a run together"));
}

TEST_F(Runner, judges_no_answer_that_the_run_did_not_wait_for) {
  static std::atomic<bool> stopped_in_check{false};
  target_.client.run.stop = &stopped_in_check;
  const auto hasty = check_that([](Probe&) {
    stopped_in_check = true;
    return pass("nothing was cut, as far as it was watched");
  });
  EXPECT_EQ(judged(target_, hasty).verdict, Verdict::untestable);
}

TEST_F(Runner, keeps_no_sentence_of_any_length) {
  const auto long_winded =
      judged(target_, check_that([](Probe&) { return fail("a name", std::string(300'000, 'n')); }));
  EXPECT_LT(long_winded.got.size(), 3000U);
  EXPECT_THAT(long_winded.got, HasSubstr("298000 bytes more"));
}

}  // namespace weir::conformance
