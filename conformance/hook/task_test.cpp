#include "conformance/hook/task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::conformance::hook {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace json = wire::json;

constexpr std::string_view kTask = "arn:aws:ecs:r:1:task/c/7";
constexpr std::int64_t kNow = 1'800'000'000;

json::value parsed(std::string_view text) { return wire::parse_json(text).value().value; }

AwsResult failed(const std::string& type, bool may_pass = false) {
  return tl::unexpected(AwsFailure{.type = type, .detail = "it said " + type, .may_pass = may_pass});
}

AwsResult task_that(std::string_view members) {
  return parsed(fmt::format(R"({{"tasks":[{{"taskArn":"{}",{}}}],"failures":[]}})", kTask, members));
}

AwsResult stopped(std::string_view container) {
  return task_that(fmt::format(R"("lastStatus":"STOPPED","stoppedReason":"it is over","containers":)"
                               R"([{{"name":"sidecar","exitCode":1}},{{"name":"gate"{}}}])",
                               container));
}

/// Amazon ECS that calls the hook, and is called by it.
struct Ecs {
  std::vector<AwsResult> answers;
  std::vector<std::pair<std::string, json::object>> calls;
  std::vector<std::string> logged;
  std::int64_t now = kNow;
  std::string invocation = "request-1";
  Settings settings = by_task();
  Event event = at("POST_TEST_TRAFFIC_SHIFT");

  static Settings by_task() {
    Settings settings;
    settings.url = "http://green.test:8080/mcp";
    settings.task = {.definition = "weir-gate:3", .subnets = {"subnet-1", "subnet-2"}, .security_groups = {"sg-1"}};
    return settings;
  }

  static Event at(std::string stage) {
    return {.execution = "e8d5",
            .stage = std::move(stage),
            .service = "arn:aws:ecs:r:1:service/c/mcp",
            .target_revision = "arn:aws:ecs:r:1:service-revision/c/mcp/2"};
  }

  Means means() {
    return {.call = [this](const AwsService&, std::string_view action, const json::object& body,
                           std::chrono::milliseconds) -> AwsResult {
              calls.emplace_back(action, body);
              if (answers.empty()) { return json::object{}; }
              auto answer = answers.front();
              answers.erase(answers.begin());
              return answer;
            },
            .left = [] { return std::chrono::milliseconds(60'000); },
            .unix_seconds = [this] { return now; },
            .log = [this](std::string_view text) { logged.emplace_back(text); }};
  }

  /// In one line: the answer or the error. What is given back comes with the next call, merged as ECS does it.
  std::string asked() {
    const auto decided = decide(event, settings, std::chrono::milliseconds(60'000));
    if (!decided) { return "error: " + decided.error().detail; }
    const auto answer = look_after_task(event, std::get<GateCall>(*decided), invocation, means());
    if (!answer) { return "error: " + answer.error().detail; }
    if (answer->details) {
      auto details = details_of(event.details).value();
      for (const auto& [key, value] : *answer->details) { details[key] = value; }
      event.details = details;
    }
    return answer->status + ": " + answer->reason;
  }

  std::vector<std::string> actions() const {
    std::vector<std::string> names;
    for (const auto& [action, body] : calls) { names.push_back(action); }
    return names;
  }

  void start() {
    answers = {task_that(R"("lastStatus":"PROVISIONING")")};
    ASSERT_THAT(asked(), HasSubstr("was started"));
    calls.clear();
  }
};

}  // namespace

TEST(HookTask, starts_the_gate_as_a_task_and_names_it_in_hook_details) {
  Ecs ecs;
  ecs.event.details = parsed(R"({"profile":"p.yaml","taskSeconds":"900","callBackDelay":60})");
  ecs.answers = {task_that(R"("lastStatus":"PROVISIONING")")};
  EXPECT_EQ(ecs.asked(), "IN_PROGRESS: arn:aws:ecs:r:1:task/c/7 was started");
  auto details = ecs.event.details;
  EXPECT_EQ(details.as_object().at("weirFor").as_string(), subject_of(ecs.event));
  details.as_object().erase("weirFor");
  EXPECT_EQ(details, parsed(R"({"profile":"p.yaml","taskSeconds":"900","callBackDelay":60,"weirTries":0,)"
                            R"("weirTask":"arn:aws:ecs:r:1:task/c/7","weirTaskSince":1800000000})"));
  ASSERT_THAT(ecs.actions(), ElementsAre("RunTask"));
  auto body = ecs.calls.front().second;
  const auto token = std::string(body.at("clientToken").as_string());
  EXPECT_EQ(token.size(), 64U);
  EXPECT_EQ(body.at("startedBy").as_string(), "weir-hook-" + token.substr(0, 16));
  body.erase("clientToken");
  body.erase("startedBy");
  EXPECT_EQ(json::value(body), parsed(R"({"cluster":"c","taskDefinition":"weir-gate:3","count":1,"launchType":"FARGATE",
      "overrides":{"containerOverrides":[{"name":"gate","command":["weir-conformance","--quiet","--color=never",
      "--budget=900","--profile=p.yaml","http://green.test:8080/mcp"]}]},
      "networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1","subnet-2"],"securityGroups":["sg-1"],
      "assignPublicIp":"DISABLED"}}})"));
}

TEST(HookTask, starts_no_second_task_for_the_same_call) {
  const auto token_of = [](const std::function<void(Ecs&)>& change) {
    Ecs ecs;
    change(ecs);
    ecs.asked();
    return std::string(ecs.calls.at(0).second.at("clientToken").as_string());
  };
  const auto token = token_of([](Ecs&) {});
  EXPECT_EQ(token_of([](Ecs& ecs) { ecs.invocation = "request-2"; }), token);
  EXPECT_NE(token_of([](Ecs& ecs) { ecs.event.execution = "e8d6"; }), token);
  EXPECT_NE(token_of([](Ecs& ecs) { ecs.event.stage = "PRE_PRODUCTION_TRAFFIC_SHIFT"; }), token);
  EXPECT_NE(token_of([](Ecs& ecs) { ecs.event.details = parsed(R"({"weirTries":1})"); }), token);
  // Without an execution of its own, a deployment of the same revision is another one.
  const auto alone = token_of([](Ecs& ecs) { ecs.event.execution = ""; });
  EXPECT_NE(token_of([](Ecs& ecs) { ecs.event.execution = "", ecs.invocation = "request-2"; }), alone);
}

TEST(HookTask, waits_for_the_end_and_answers_by_the_exit_code) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {R"(,"exitCode":0)", "SUCCEEDED: the gate is green"},
      {R"(,"exitCode":1)", "FAILED: the gate is red"},
      {R"(,"exitCode":2)", "error: the gate refused what it was given"},
      {R"(,"exitCode":77)", "error: weir-conformance ended with exit code 77"},
      {R"(,"exitCode":3)", "IN_PROGRESS: the target could not be reached; try 1 of 3"},
      {R"(,"exitCode":130)", "IN_PROGRESS: the gate was interrupted"},
      {R"(,"exitCode":137)", "IN_PROGRESS: the gate was ended by signal 9: it may have too little memory"},
      {R"(,"reason":"CannotPullContainerError")",
       "IN_PROGRESS: the gate did not start: it is over; CannotPullContainerError; try 1 of 3"},
  };
  for (const auto& [container, expected] : table) {
    Ecs ecs;
    ecs.start();
    ecs.answers = {task_that(R"("lastStatus":"RUNNING")"), stopped(container)};
    ecs.now += 45;
    EXPECT_EQ(ecs.asked(), "IN_PROGRESS: arn:aws:ecs:r:1:task/c/7 is RUNNING, 45 s after its start");
    EXPECT_THAT(ecs.asked(), HasSubstr(expected)) << container;
    EXPECT_THAT(ecs.actions(), ElementsAre("DescribeTasks", "DescribeTasks"));
    EXPECT_EQ(json::value(ecs.calls[0].second), parsed(R"({"cluster":"c","tasks":["arn:aws:ecs:r:1:task/c/7"]})"));
  }
}

TEST(HookTask, takes_no_verdict_on_one_step_of_a_deployment_for_one_on_the_next) {
  Ecs ecs;
  ecs.event = Ecs::at("PRE_PRODUCTION_TRAFFIC_SHIFT");
  ecs.event.production_traffic = {{"blue", 90}, {"green", 10}};
  ecs.start();
  ecs.event.production_traffic = {{"blue", 80}, {"green", 20}};
  EXPECT_THAT(ecs.asked(), HasSubstr("RunTask"));
  EXPECT_THAT(ecs.actions(), ElementsAre("RunTask"));
}

TEST(HookTask, starts_another_task_for_another_try_and_not_for_ever) {
  Ecs ecs;
  ecs.event.details = parsed(R"({"tries":2})");
  ecs.start();
  ecs.answers = {stopped(R"(,"exitCode":3)"), task_that(R"("lastStatus":"PENDING")"), stopped(R"(,"exitCode":4)")};
  EXPECT_THAT(ecs.asked(), HasSubstr("IN_PROGRESS: the target could not be reached; try 1 of 2"));
  EXPECT_THAT(ecs.asked(), HasSubstr("was started"));
  EXPECT_EQ(ecs.asked(), "FAILED: the gate could not tell; try 2 of 2, and the last one");
  EXPECT_THAT(ecs.actions(), ElementsAre("DescribeTasks", "RunTask", "DescribeTasks"));
}

TEST(HookTask, counts_a_task_that_ecs_does_not_start) {
  Ecs ecs;
  ecs.event.details = parsed(R"({"tries":2})");
  ecs.answers = {parsed(R"({"tasks":[],"failures":[{"reason":"Capacity is unavailable","detail":"of FARGATE"}]})"),
                 failed("ThrottlingException", true)};
  EXPECT_EQ(ecs.asked(), "IN_PROGRESS: RunTask started no task: Capacity is unavailable, of FARGATE; try 1 of 2");
  EXPECT_EQ(ecs.asked(), "FAILED: it said ThrottlingException; try 2 of 2, and the last one");
  Ecs silent;
  EXPECT_EQ(silent.asked(), "IN_PROGRESS: RunTask started no task: it says nothing of a task; try 1 of 3");
}

TEST(HookTask, fails_at_once_for_what_no_other_try_would_change) {
  Ecs denied;
  denied.answers = {failed("AccessDeniedException")};
  EXPECT_EQ(denied.asked(), "error: it said AccessDeniedException");
  Ecs blind;
  blind.start();
  blind.answers = {failed("AccessDeniedException")};
  EXPECT_EQ(blind.asked(), "error: it said AccessDeniedException");
  Ecs nameless;
  nameless.start();
  nameless.settings.task.container = "weir";
  nameless.answers = {stopped("")};
  EXPECT_EQ(nameless.asked(), "error: the task has no container 'weir': set WEIR_TASK_CONTAINER");
  Ecs nowhere;
  nowhere.event.service = "arn:aws:ecs:r:1:service/mcp";
  EXPECT_THAT(nowhere.asked(), HasSubstr("error: WEIR_TASK_CLUSTER is not set"));
  nowhere.settings.task.cluster = "other";
  EXPECT_THAT(nowhere.asked(), HasSubstr("IN_PROGRESS"));
}

TEST(HookTask, waits_on_while_ecs_cannot_be_asked_and_stops_a_task_that_takes_too_long) {
  Ecs ecs;
  ecs.event.details = parsed(R"({"taskSeconds":900})");
  ecs.start();
  ecs.answers = {failed("ServerException", true)};
  EXPECT_EQ(ecs.asked(), "IN_PROGRESS: it said ServerException");
  ecs.now += 1500;
  ecs.answers = {task_that(R"("lastStatus":"RUNNING")")};
  EXPECT_THAT(ecs.asked(), HasSubstr("is RUNNING, 1500 s after its start"));
  ecs.now += 1;
  ecs.answers = {task_that(R"("lastStatus":"RUNNING")")};
  EXPECT_EQ(ecs.asked(), "IN_PROGRESS: the task did not end within 900 s and 600 s to start; try 1 of 3");
  EXPECT_THAT(ecs.actions(), ElementsAre("DescribeTasks", "DescribeTasks", "DescribeTasks", "StopTask"));
  EXPECT_EQ(json::value(ecs.calls.back().second), parsed(R"({"cluster":"c","task":"arn:aws:ecs:r:1:task/c/7",
                       "reason":"the gate did not end within its time"})"));
  ecs.calls.clear();
  EXPECT_THAT(ecs.asked(), HasSubstr("RunTask"));
}

TEST(HookTask, waits_for_ecs_to_know_a_task_that_it_has_just_started) {
  const auto missing = parsed(R"({"tasks":[],"failures":[{"arn":"a","reason":"MISSING"}]})");
  Ecs ecs;
  ecs.start();
  ecs.answers = {missing, missing};
  EXPECT_EQ(ecs.asked(), "IN_PROGRESS: ECS does not know the task: MISSING");
  ecs.now += 60;
  EXPECT_EQ(ecs.asked(), "IN_PROGRESS: ECS does not know the task: MISSING; try 1 of 3");
}

TEST(HookTask, stops_the_task_of_a_deployment_that_is_rolled_back) {
  Ecs ecs;
  ecs.start();
  stop_task(ecs.event, ecs.settings, ecs.means());
  ASSERT_THAT(ecs.actions(), ElementsAre("StopTask"));
  EXPECT_EQ(
      json::value(ecs.calls[0].second),
      parsed(R"({"cluster":"c","task":"arn:aws:ecs:r:1:task/c/7","reason":"the deployment is being rolled back"})"));
  ecs.answers = {failed("AccessDeniedException")};
  stop_task(ecs.event, ecs.settings, ecs.means());
  EXPECT_EQ(ecs.logged.back(), "it said AccessDeniedException");
  // Nothing to stop: of another function, before a task, and where details are none.
  ecs.calls.clear();
  stop_task(ecs.event, Settings{}, ecs.means());
  for (const auto* details : {"null", R"({"weirTask":""})", R"({"weirTask":7})", R"("text")"}) {
    ecs.event.details = parsed(details);
    stop_task(ecs.event, ecs.settings, ecs.means());
  }
  EXPECT_THAT(ecs.actions(), IsEmpty());
}

}  // namespace weir::conformance::hook
