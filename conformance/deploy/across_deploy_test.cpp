// Whole deploys, seen through a run: what is judged, and what a command that fails makes of it.
#include "conformance/deploy/across_deploy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "conformance/run/conduct.hpp"
#include "fixtures/mcp/server.hpp"

namespace weir::conformance {

using reports::ExitCode;
using reports::Verdict;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

const auto kGoOn = [] { return false; };

AcrossDeployOptions quick(DeployHook hook) {
  return {.hook = std::move(hook), .pace = milliseconds(20), .before = milliseconds(120), .after = milliseconds(600)};
}

DeployEnd succeeded() { return {.exit_code = 0, .problem = {}, .output = {}}; }

RunPlan plan_for(const std::string& url, AcrossDeployOptions across) {
  RunPlan plan;
  plan.profile.url = url;
  plan.profile.era = Era::streamable;
  plan.url = wire::parse_url(url).value();
  for (const auto& info : catalogue()) {
    if (is_of_deploy(info.id)) { plan.checks.push_back(info.id); }
  }
  plan.answer_timeout = milliseconds(1000);
  plan.budget = milliseconds(20'000);
  plan.across_deploy = std::move(across);
  plan.started_at = "2030-01-01T00:00:00Z";
  return plan;
}

const reports::CheckResult& find(const reports::Results& results, std::string_view id) {
  static const reports::CheckResult kNone;
  for (const auto& check : results.checks) {
    if (check.id == id) { return check; }
  }
  ADD_FAILURE() << id << " was not asked";
  return kNone;
}

std::string text_of(const reports::CheckResult& check) {
  std::string text = fmt::format("{} {}: {}", to_string(check.verdict), check.id, check.message);
  for (const auto& line : check.evidence) { text += "\n  " + line; }
  return text;
}

}  // namespace

TEST(DeployCommand, gives_the_exit_code_and_the_last_lines_of_both_outputs) {
  const auto end = deploy_command("seq 20; echo bad >&2; exit 3")(wire::Deadline::in(milliseconds(5000)), kGoOn);
  EXPECT_EQ(end.exit_code, 3);
  ASSERT_EQ(end.output.size(), 12U);
  EXPECT_EQ(end.output.back(), "bad");
  EXPECT_EQ(end.output.front(), "10");
  EXPECT_EQ(end.describe(), "ended with exit code 3: bad");
}

TEST(DeployCommand, that_is_not_there_says_so_as_the_shell_does) {
  const auto end = deploy_command("weir-no-such-command")(wire::Deadline::in(milliseconds(5000)), kGoOn);
  EXPECT_EQ(end.exit_code, 127);
  EXPECT_THAT(end.describe(), HasSubstr("not found"));
}

TEST(DeployCommand, is_stopped_with_its_children_when_the_budget_is_used_up) {
  const auto end = deploy_command("echo begun; sleep 60 & sleep 60")(wire::Deadline::in(milliseconds(300)), kGoOn);
  EXPECT_FALSE(end.exit_code);
  EXPECT_THAT(end.describe(), HasSubstr("budget"));
  EXPECT_THAT(end.output, ElementsAre("begun"));
}

TEST(DeployCommand, is_stopped_when_the_run_is_given_up) {
  const auto end = deploy_command("trap '' TERM; sleep 60 & wait; sleep 60")(wire::Deadline::in(milliseconds(20'000)),
                                                                             [] { return true; });
  EXPECT_FALSE(end.exit_code);
  EXPECT_THAT(end.describe(), HasSubstr("stopped with the run"));
}

TEST(DeployCommand, leaves_what_it_started_running_until_the_end_of_the_run) {
  const auto end = deploy_command("sleep 60 & echo $!")(wire::Deadline::in(milliseconds(5000)), kGoOn);
  ASSERT_EQ(end.output.size(), 1U);
  const std::string status = "/proc/" + end.output.front() + "/status";
  EXPECT_EQ(::access(status.c_str(), F_OK), 0);
  stop_deploys();
  const auto patience = wire::Deadline::in(milliseconds(5000));
  while (::access(status.c_str(), F_OK) == 0 && !patience.passed()) {
    std::ifstream file(status);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    if (text.find("State:\tZ") != std::string::npos) {
      break;  // Its parent is gone: whoever inherits it will reap it.
    }
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_FALSE(patience.passed());
}

TEST(AcrossDeploy, blames_no_deploy_for_a_command_that_failed) {
  auto server = fixtures::Server::start({}).value();
  const auto results =
      conduct(plan_for(server.mcp_url(), quick(deploy_command("echo no such service; exit 7")))).value();
  for (const auto& check : results.checks) { EXPECT_EQ(check.verdict, Verdict::untestable) << text_of(check); }
  EXPECT_EQ(find(results, "deploy.stream.ends").message, "the deploy ended with exit code 7: no such service");
  EXPECT_EQ(results.exit_code, ExitCode::inconclusive);
  EXPECT_THAT(results.exit_reason, HasSubstr("the deploy command failed"));
  EXPECT_THAT(results.problems, ElementsAre("--across-deploy: the command ended with exit code 7: no such service"));
}

TEST(AcrossDeploy, lets_streams_and_sessions_outlive_a_deploy_that_does_not_touch_them) {
  auto server = fixtures::Server::start({}).value();
  const auto results = conduct(plan_for(server.mcp_url(), quick([](auto&&...) { return succeeded(); }))).value();
  for (const auto& check : results.checks) {
    const bool red =
        check.verdict == Verdict::fail || check.verdict == Verdict::warn || check.verdict == Verdict::error;
    EXPECT_FALSE(red) << text_of(check);
  }
  EXPECT_EQ(find(results, "deploy.session.answered").message, "old sessions go on");
  EXPECT_THAT(find(results, "deploy.stream.ends").message, HasSubstr("2 of 2 streams outlived the deploy"));
  EXPECT_EQ(results.exit_code, ExitCode::good) << results.exit_reason;
}

TEST(AcrossDeploy, sees_a_process_that_is_killed_and_comes_back_on_its_port) {
  auto server = std::make_unique<fixtures::Server>(fixtures::Server::start({}).value());
  const auto port = server->port();
  const auto restart = [&](auto&&...) {
    server->kill(fixtures::Ending::reset);
    std::this_thread::sleep_for(milliseconds(600));  // An outage: several calls are due in it, on a busy machine too.
    server = std::make_unique<fixtures::Server>(fixtures::Server::start({.port = port}).value());
    return succeeded();
  };
  const auto results = conduct(plan_for(server->mcp_url(), quick(restart))).value();
  const auto& lost = find(results, "deploy.calls.none-lost");
  EXPECT_EQ(lost.verdict, Verdict::fail) << text_of(lost);
  EXPECT_THAT(lost.got, HasSubstr("no connection"));
  const auto& cut = find(results, "deploy.stream.ends-cleanly");
  EXPECT_EQ(cut.verdict, Verdict::warn) << text_of(cut);
  EXPECT_THAT(cut.got, HasSubstr("2 of 2 streams cut"));
  EXPECT_THAT(cut.got, HasSubstr("reset"));
  for (const auto* id : {"deploy.session.answered", "deploy.recovery.in-time", "deploy.stream.reopens",
                         "deploy.stream.ends", "deploy.version.same"}) {
    EXPECT_EQ(find(results, id).verdict, Verdict::pass) << text_of(find(results, id));
  }
}

TEST(AcrossDeploy, names_the_answer_that_keeps_clients_dead) {
  auto server = std::make_unique<fixtures::Server>(fixtures::Server::start({}).value());
  const auto port = server->port();
  const auto restart = [&](auto&&...) {
    server->kill();
    server = std::make_unique<fixtures::Server>(
        fixtures::Server::start({.port = port, .faults = {"session.unknown-400"}}).value());
    return succeeded();
  };
  const auto results = conduct(plan_for(server->mcp_url(), quick(restart))).value();
  const auto& answered = find(results, "deploy.session.answered");
  EXPECT_EQ(answered.verdict, Verdict::fail) << text_of(answered);
  EXPECT_THAT(answered.got, HasSubstr("HTTP 400"));
  EXPECT_EQ(answered.hop, "server");
  EXPECT_THAT(answered.fix, HasSubstr("404"));
}

TEST(AcrossDeploy, does_not_recover_where_nobody_comes_back) {
  auto server = fixtures::Server::start({}).value();
  const auto results = conduct(plan_for(server.mcp_url(), quick([&](auto&&...) {
                                          server.kill();
                                          return succeeded();
                                        })))
                           .value();
  const auto& recovery = find(results, "deploy.recovery.in-time");
  EXPECT_EQ(recovery.verdict, Verdict::fail) << text_of(recovery);
  EXPECT_THAT(recovery.got, HasSubstr("to the end of the watch"));
  EXPECT_EQ(find(results, "deploy.version.same").verdict, Verdict::untestable);
  EXPECT_EQ(results.exit_code, ExitCode::target_fails);
}

TEST(AcrossDeploy, attributes_an_answer_to_the_hop_that_gave_it) {
  wire::Exchange exchange;
  EXPECT_EQ(hop_of(exchange, "HTTP 500"), "server");
  EXPECT_EQ(hop_of(exchange, "<h1>503</h1>\nNo server is available to handle this request."), "HAProxy");
  exchange.head.headers.set("Server", "awselb/2.0");
  EXPECT_EQ(hop_of(exchange, ""), "ALB");
  exchange.head.headers.set("Server", "nginx/1.22.1");
  exchange.head.headers.set("Content-Type", "text/html");
  EXPECT_EQ(hop_of(exchange, ""), "nginx");
  exchange.head.headers.set("Content-Type", "application/json");
  EXPECT_EQ(hop_of(exchange, ""), "server") << "handed on";
}

}  // namespace weir::conformance
