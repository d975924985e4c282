// What several checks look at is asked once in a run, and again by whoever finds it red.
#include "conformance/ask/asked_once.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "conformance/probe/survey.hpp"
#include "conformance/run/runner.hpp"
#include "fixtures/faults/common.hpp"
#include "fixtures/mcp/server.hpp"

namespace weir::conformance {
namespace {

std::atomic<int>& calls_served() {
  static std::atomic<int> count{0};
  return count;
}

const fixtures::FaultRegistration kCounter(fixtures::Fault{
    .name = "testing.calls-of-add-counted",
    .summary = "No fault: calls of add are counted.",
    .on_message = [](fixtures::Scratch&, const fixtures::Call& call, json::value&) {
      if (call.method == "tools/call" && wire::string_or(call.params, "name", "") == "add") { ++calls_served(); }
    }});

/// As one of three replicas does that was released before the others.
const fixtures::FaultRegistration kOnce(fixtures::Fault{
    .name = "testing.first-call-unstructured",
    .summary = "The first call of an endpoint gives no structured content.",
    .on_message = [](fixtures::Scratch& scratch, const fixtures::Call& call, json::value& message) {
      auto* result = fixtures::result_of(message);
      if (call.method != "tools/call" || !result || !scratch["testing.called"].is_null()) { return; }
      scratch["testing.called"] = true;
      result->erase("structuredContent");
    }});

RunnerOutcome ask(std::vector<std::string> faults) {
  fixtures::ServerOptions options;
  options.faults = std::move(faults);
  options.faults.emplace_back("testing.calls-of-add-counted");
  options.endpoint.eras = {Era::streamable};
  const auto server = fixtures::Server::start(std::move(options)).value();
  Target target;
  target.url = wire::parse_url(server.mcp_url()).value();
  target.profile.safe_tools = {{.name = "add", .arguments = {{"a", 1}, {"b", 2}}}};
  target.detection = wire::mcp::detect({.url = target.url, .timeout = target.answer_timeout, .only = Era::streamable});
  std::vector<std::string> problems;
  target.surveys = survey(target, wire::Deadline::in(std::chrono::seconds(30)), nullptr, problems);
  calls_served() = 0;
  return run_checks(target,
                    {.checks = {"tools.call.content-valid", "tools.call.served", "tools.call.structured-conforms",
                                "tools.call.structured-present", "tools.call.text-fallback"}});
}

}  // namespace

TEST(AskedOnce, is_asked_by_the_first_and_kept_for_the_others) {
  AskedOnce kept;
  std::atomic<int> asked{0};
  const auto ask_slowly = [&]() -> std::optional<int> {
    std::this_thread::yield();
    return ++asked;
  };
  std::vector<std::jthread> others;
  for (int i = 0; i < 8; ++i) {
    others.emplace_back([&] { EXPECT_EQ(*kept.get<int>("a", ask_slowly), 1); });
  }
  others.clear();
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(*kept.get<int>("b", ask_slowly), 2) << "another question";
}

TEST(AskedOnce, that_gave_nothing_is_not_asked_for_the_others) {
  AskedOnce kept;
  int asked = 0;
  const auto in_vain = [&]() -> std::optional<int> {
    ++asked;
    return std::nullopt;
  };
  EXPECT_EQ(kept.get<int>("a", in_vain), nullptr);
  EXPECT_EQ(kept.get<int>("a", in_vain), nullptr);
  EXPECT_EQ(asked, 1);
}

TEST(AskedOnce, calls_of_tools_are_made_once_for_all_checks_that_judge_them) {
  const auto outcome = ask({});
  for (const auto& check : outcome.checks) { EXPECT_EQ(check.verdict, reports::Verdict::pass) << check.id; }
  EXPECT_EQ(calls_served(), 1);
}

TEST(AskedOnce, what_is_red_is_asked_again_and_shown_by_what_was_sent) {
  const auto outcome = ask({"tools.structured-missing"});
  const auto red = std::find_if(outcome.checks.begin(), outcome.checks.end(),
                                [](const auto& check) { return check.id == "tools.call.structured-present"; });
  ASSERT_NE(red, outcome.checks.end());
  EXPECT_EQ(red->verdict, reports::Verdict::fail);
  EXPECT_THAT(red->evidence, ::testing::Contains(::testing::HasSubstr("tools/call")));
  EXPECT_THAT(red->curl, ::testing::HasSubstr("tools/call"));
  EXPECT_GT(calls_served(), 1);
}

TEST(AskedOnce, what_was_red_once_stays_red_though_it_is_right_when_asked_again) {
  const auto outcome = ask({"testing.first-call-unstructured"});
  const auto red = std::find_if(outcome.checks.begin(), outcome.checks.end(),
                                [](const auto& check) { return check.id == "tools.call.structured-present"; });
  ASSERT_NE(red, outcome.checks.end());
  EXPECT_EQ(red->verdict, reports::Verdict::fail);
  EXPECT_THAT(red->curl, ::testing::HasSubstr("tools/call"));
}

}  // namespace weir::conformance
