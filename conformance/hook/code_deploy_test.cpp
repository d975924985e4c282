#include "conformance/hook/code_deploy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::conformance::hook {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace json = wire::json;

/// A function with a clock of its own: a gate takes its seconds, and so does a pause.
struct Function {
  std::vector<wire::Result<GateEnd>> ends;  ///< Of the gate, one after another.
  std::vector<AwsResult> answers;           ///< Of CodeDeploy; then it takes everything.
  std::chrono::milliseconds left{120'000};
  std::chrono::milliseconds gate_takes{4000};
  std::vector<std::string> told;
  std::vector<std::string> logged;
  std::size_t gates = 0;

  Means means() {
    return {.run_gate =
                [this](const GateCall&) {
                  left -= gate_takes;
                  return ends.at(gates++);
                },
            .call = [this](const AwsService& service, std::string_view action, const json::object& body,
                           std::chrono::milliseconds) -> AwsResult {
              told.push_back(fmt::format("{}.{} {}", service.target, action, json::serialize(body)));
              return told.size() <= answers.size() ? answers[told.size() - 1] : AwsResult(json::object{});
            },
            .left = [this] { return left; },
            .wait = [this](std::chrono::milliseconds span) { left -= span; },
            .unix_seconds = [] { return 0; },
            .log = [this](std::string_view text) { logged.emplace_back(text); }};
  }

  std::string served(const Settings& settings) {
    const auto answer = serve(CodeDeployEvent{"d-1", "e-1"}, settings, means());
    return answer ? *answer : "error: " + answer.error().detail;
  }
};

Settings with_target() {
  Settings settings;
  settings.url = "http://green.test:8080/mcp";
  return settings;
}

std::string told(std::string_view status) {
  return fmt::format(R"(CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus {{"deploymentId":"d-1",)"
                     R"("lifecycleEventHookExecutionId":"e-1","status":"{}"}})",
                     status);
}

AwsResult refused_with(const std::string& type, bool may_be_done = false) {
  return tl::unexpected(AwsFailure{.type = type, .detail = "it said " + type, .may_be_done = may_be_done});
}

}  // namespace

TEST(HookCodeDeploy, tells_what_the_gate_said) {
  Function green{.ends = {GateEnd{.exit_code = 0}}};
  EXPECT_EQ(green.served(with_target()), R"({"status":"Succeeded"})");
  EXPECT_THAT(green.told, ElementsAre(told("Succeeded")));
  Function red{.ends = {GateEnd{.exit_code = 1}}};
  EXPECT_EQ(red.served(with_target()), R"({"status":"Failed"})");
  EXPECT_THAT(red.told, ElementsAre(told("Failed")));
}

TEST(HookCodeDeploy, tries_again_within_the_function_what_proved_nothing) {
  Function late{.ends = {GateEnd{.exit_code = 3}, GateEnd{.exit_code = 4}, GateEnd{.exit_code = 0}}};
  EXPECT_EQ(late.served(with_target()), R"({"status":"Succeeded"})");
  EXPECT_EQ(late.gates, 3U);
  EXPECT_EQ(late.left, std::chrono::milliseconds(120'000 - 3 * 4000 - 2 * 30'000));
  Function dead{.ends = {3, GateEnd{.exit_code = 3}}};
  EXPECT_EQ(dead.served(with_target()), R"({"status":"Failed"})");
  EXPECT_EQ(dead.gates, 3U);
  EXPECT_THAT(dead.logged.back(), HasSubstr("try 3 of 3, and the last one"));
}

TEST(HookCodeDeploy, leaves_time_to_tell) {
  Function slow{.ends = {2, GateEnd{.exit_code = 3}}, .left = std::chrono::milliseconds(82'000)};
  EXPECT_EQ(slow.served(with_target()), R"({"status":"Failed"})");
  EXPECT_EQ(slow.gates, 2U);
  EXPECT_THAT(slow.logged.back(), HasSubstr("try 2 of 3, and there is no time for another"));
  EXPECT_THAT(slow.logged.front(), HasSubstr("try 1 of 3, the gate has 69 s"));
  Function none{.left = std::chrono::milliseconds(17'000)};
  EXPECT_THAT(none.served(with_target()), HasSubstr("error: the function has 7000 ms left"));
  EXPECT_THAT(none.told, ElementsAre(told("Failed")));
}

TEST(HookCodeDeploy, tells_of_a_wrong_configuration_at_once) {
  Function aimless;
  EXPECT_THAT(aimless.served({}), HasSubstr("error: there is no target"));
  EXPECT_THAT(aimless.told, ElementsAre(told("Failed")));
  Settings by_task = with_target();
  by_task.task.definition = "gate";
  Function task;
  EXPECT_THAT(task.served(by_task), HasSubstr("error: CodeDeploy asks its hook once"));
  EXPECT_THAT(task.told, ElementsAre(told("Failed")));
  Function refused{.ends = {GateEnd{.exit_code = 2}}, .answers = {refused_with("AccessDeniedException")}};
  EXPECT_THAT(refused.served(with_target()),
              ::testing::AllOf(HasSubstr("error: the gate refused"), HasSubstr("; and CodeDeploy could not be told")));
}

TEST(HookCodeDeploy, fails_where_code_deploy_could_not_be_told) {
  Function denied{.ends = {GateEnd{.exit_code = 0}}, .answers = {refused_with("AccessDeniedException")}};
  EXPECT_EQ(denied.served(with_target()),
            "error: CodeDeploy could not be told 'Succeeded', and fails the deployment when its hour is over: it said "
            "AccessDeniedException");
  // Somebody else has told it something: nobody knows what.
  Function other{.ends = {GateEnd{.exit_code = 0}},
                 .answers = {refused_with("LifecycleEventAlreadyCompletedException")}};
  EXPECT_THAT(other.served(with_target()), HasSubstr("error: CodeDeploy could not be told 'Succeeded'"));
  // An attempt of this very call did.
  Function lost{.ends = {GateEnd{.exit_code = 0}},
                .answers = {refused_with("LifecycleEventAlreadyCompletedException", true)}};
  EXPECT_EQ(lost.served(with_target()), R"({"status":"Succeeded"})");
}

}  // namespace weir::conformance::hook
