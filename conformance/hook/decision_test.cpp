#include "conformance/hook/decision.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::conformance::hook {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

constexpr std::string_view kBlue = "arn:aws:ecs:r:1:service-revision/c/s/1";
constexpr std::string_view kGreen = "arn:aws:ecs:r:1:service-revision/c/s/2";
constexpr std::chrono::milliseconds kMinute{60'000};

std::string weights(double blue, double green) {
  return fmt::format(R"({{"{}":{},"{}":{}}})", kBlue, blue, kGreen, green);
}

std::string execution(const std::string& test = "{}", const std::string& production = "{}") {
  return fmt::format(R"("serviceArn":"arn:aws:ecs:r:1:service/c/s","targetServiceRevisionArn":"{}",)"
                     R"("testTrafficWeights":{},"productionTrafficWeights":{})",
                     kGreen, test, production);
}

std::string event_at(std::string_view stage, const std::string& details = "null", const std::string& test = "{}",
                     const std::string& production = "{}") {
  return fmt::format(R"({{"executionId":"e","lifecycleStage":"{}","resourceArn":"arn","executionDetails":{{{}}},)"
                     R"("hookDetails":{}}})",
                     stage, execution(test, production), details);
}

Settings with_url() {
  Settings settings;
  settings.url = "http://green.test:8080/mcp";
  return settings;
}

/// In one line: the arguments of the gate, the answer, or the error.
std::string decided(const std::string& text, const Settings& settings = with_url(),
                    std::chrono::milliseconds left = kMinute) {
  const auto event = read_event(text);
  if (!event) { return "error: " + event.error().detail; }
  const auto decision = decide(std::get<Event>(*event), settings, left);
  if (!decision) { return "error: " + decision.error().detail; }
  if (const auto* answer = std::get_if<Answer>(&*decision)) { return to_json(*answer); }
  return fmt::format("gate {}", fmt::join(std::get<GateCall>(*decision).arguments, " "));
}

GateCall call_with(const std::string& details) {
  const auto event = std::get<Event>(read_event(event_at("POST_TEST_TRAFFIC_SHIFT", details)).value());
  return std::get<GateCall>(decide(event, with_url(), kMinute).value());
}

std::string answered(const GateEnd& end, const std::string& details = "null") {
  const auto answer = answer_to(end, call_with(details));
  return answer ? to_json(*answer) : "error: " + answer.error().detail;
}

std::string subject() { return call_with("null").subject; }

wire::Result<Settings> from(const std::map<std::string, std::string>& variables) {
  return settings_of([&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

}  // namespace

TEST(HookDecision, runs_the_gate_within_what_the_function_has_left) {
  EXPECT_EQ(decided(event_at("POST_TEST_TRAFFIC_SHIFT")),
            "gate --quiet --color=never --budget=57 http://green.test:8080/mcp");
  EXPECT_THAT(decided(event_at("POST_TEST_TRAFFIC_SHIFT"), with_url(), std::chrono::seconds(8)),
              HasSubstr("--budget=5 "));
  EXPECT_THAT(decided(event_at("POST_TEST_TRAFFIC_SHIFT"), with_url(), std::chrono::milliseconds(7999)),
              HasSubstr("error: the function has 7999 ms left, and the gate needs 8 s at least"));
  EXPECT_THAT(decided(event_at("POST_TEST_TRAFFIC_SHIFT"), with_url(), std::chrono::milliseconds(-5)),
              HasSubstr("error: the function has 0 ms left"));
}

TEST(HookDecision, reads_both_forms_and_a_stage_that_it_does_not_know) {
  EXPECT_THAT(decided("{" + execution() + "}"), HasSubstr("gate "));
  EXPECT_THAT(decided(event_at("PRE_PRODUCTION_TRAFFIC_SHIFT")), HasSubstr("gate "));
  EXPECT_THAT(decided(event_at("A_STAGE_OF_TOMORROW")), HasSubstr("gate "));
}

TEST(HookDecision, lets_hook_details_go_before_the_environment) {
  Settings settings = with_url();
  settings.profile = "a.yaml";
  settings.options = {"--strict"};
  EXPECT_EQ(decided(event_at("POST_TEST_TRAFFIC_SHIFT"), settings),
            "gate --quiet --color=never --budget=57 --profile=a.yaml --strict http://green.test:8080/mcp");
  const std::string details =
      R"({"url":"https://b.test/mcp","profile":"b.yaml","env":"staging","options":["--level","must"],"tries":"2"})";
  const std::string expected =
      "gate --quiet --color=never --budget=57 --profile=b.yaml --env=staging --level must https://b.test/mcp";
  EXPECT_EQ(decided(event_at("POST_TEST_TRAFFIC_SHIFT", details), settings), expected);
  // As CloudFormation takes it: the text of an object.
  EXPECT_EQ(decided(event_at("POST_TEST_TRAFFIC_SHIFT", wire::json::serialize(wire::json::value(details))), settings),
            expected);
}

TEST(HookDecision, answers_a_roll_back_at_once_whatever_is_configured) {
  const std::string back = weights(100, 0), forth = weights(0, 100), succeeded = R"({"hookStatus":"SUCCEEDED"})";
  const Settings nothing;
  EXPECT_EQ(decided(event_at("PRODUCTION_TRAFFIC_SHIFT", R"("no object")", "{}", back), nothing), succeeded);
  EXPECT_EQ(decided(event_at("TEST_TRAFFIC_SHIFT", "null", back, "{}"), nothing), succeeded);
  EXPECT_EQ(decided("{" + execution("{}", back) + "}", nothing), succeeded);
  EXPECT_EQ(decided("{" + execution(back, "{}") + "}", nothing), succeeded);
  for (const std::string& text :
       {event_at("PRODUCTION_TRAFFIC_SHIFT", "null", "{}", forth), event_at("TEST_TRAFFIC_SHIFT", "null", forth, "{}"),
        event_at("PRODUCTION_TRAFFIC_SHIFT", "null", "{}", weights(90, 10)),
        event_at("PRODUCTION_TRAFFIC_SHIFT", "null", "{}", weights(0, 0)), "{" + execution("{}", forth) + "}"}) {
    EXPECT_THAT(decided(text), HasSubstr("gate ")) << text;
  }
}

TEST(HookDecision, takes_no_way_forward_for_a_roll_back) {
  const std::string back = weights(100, 0), forth = weights(0, 100);
  // Test traffic goes to the new revision while production still has the old one.
  EXPECT_THAT(decided(event_at("TEST_TRAFFIC_SHIFT", "null", forth, back)), HasSubstr("gate "));
  EXPECT_THAT(decided("{" + execution(forth, back) + "}"), HasSubstr("gate "));
  for (const auto* stage :
       {"POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"}) {
    EXPECT_THAT(decided(event_at(stage, "null", back, back)), HasSubstr("gate ")) << stage;
  }
}

TEST(HookDecision, refuses_stages_at_which_the_new_revision_has_no_traffic) {
  for (const auto* stage : {"RECONCILE_SERVICE", "PRE_SCALE_UP", "POST_SCALE_UP"}) {
    EXPECT_THAT(decided(event_at(stage)), HasSubstr("the gate would judge the old one")) << stage;
  }
}

TEST(HookDecision, says_what_is_wrong_with_an_event_and_nothing_of_what_it_holds) {
  const std::string secret = "hush-7f";
  const std::string target = fmt::format(R"("serviceArn":"s","targetServiceRevisionArn":"{}")", secret);
  const std::vector<std::pair<std::string, std::string>> table = {
      {secret, "the event is not JSON"},
      {"[]", "the event is no JSON object"},
      {"{}", "'serviceArn' is missing"},
      {R"({"serviceArn":"s"})", "'targetServiceRevisionArn' is missing"},
      {R"({"serviceArn":7,"targetServiceRevisionArn":"t"})", "'serviceArn' is integer"},
      {R"({"executionDetails":"hush-7f"})", "'executionDetails' is no object"},
      {"{\"executionDetails\":{" + target + "}}", "'lifecycleStage' is missing"},
      {"{" + target + R"(,"testTrafficWeights":["hush-7f"]})", "'testTrafficWeights' is array"},
      {"{" + target + R"(,"productionTrafficWeights":{"x":"hush-7f"}})", "'productionTrafficWeights' is string"},
      {"{" + target + R"(,"hookDetails":"hush-7f"})", "'hookDetails' is no JSON object"},
      {"{" + target + R"(,"hookDetails":["hush-7f"]})", "'hookDetails' is no JSON object"},
      {R"({"DeploymentId":7,"LifecycleEventHookExecutionId":"hush-7f"})", "'DeploymentId' is integer"},
  };
  for (const auto& [text, expected] : table) {
    EXPECT_THAT(decided(text),
                ::testing::AllOf(::testing::StartsWith("error: "), HasSubstr(expected), Not(HasSubstr(secret))));
  }
}

TEST(HookDecision, names_the_key_of_hook_details_that_is_wrong) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {R"({"profil":"a"})", "hookDetails has no key 'profil', did you mean 'profile'?"},
      {R"({"url":7})", "hookDetails.url is integer, a text is expected"},
      {R"({"options":[7]})", "hookDetails.options holds something that is no text"},
      {R"({"options":{}})", "hookDetails.options is a text or a list of texts"},
      {R"({"options":"--budget 900"})", "--budget is not among a hook's options"},
      {R"({"options":["--budget=900"]})", "--budget is not among a hook's options"},
      {R"({"options":["--across-deploy","true"]})", "--across-deploy is not among a hook's options"},
      {R"({"tries":0})", "hookDetails.tries is a whole number from 1 to 100, not '0'"},
      {R"({"tries":"many"})", "not 'many'"},
      {R"({"tries":true})", "hookDetails.tries is boolean"},
      {R"({"callBackDelay":-1})", "hookDetails.callBackDelay is a whole number from 1 to 3600"},
      {R"({"weirTries":-1})", "hookDetails.weirTries is a whole number from 0 to 100"},
  };
  for (const auto& [details, expected] : table) {
    EXPECT_THAT(decided(event_at("POST_TEST_TRAFFIC_SHIFT", details)), HasSubstr(expected)) << details;
  }
  EXPECT_THAT(decided(event_at("POST_TEST_TRAFFIC_SHIFT"), Settings{}), HasSubstr("error: there is no target"));
}

TEST(HookDecision, tells_the_steps_of_a_deployment_apart) {
  const auto of = [](const std::string& text) { return subject_of(std::get<Event>(read_event(text).value())); };
  const auto step = [](int green) { return weights(100 - green, green); };
  const auto first = of(event_at("PRE_PRODUCTION_TRAFFIC_SHIFT", "null", "{}", step(10)));
  EXPECT_EQ(of(event_at("PRE_PRODUCTION_TRAFFIC_SHIFT", R"({"tries":1})", "{}", step(10))), first);
  EXPECT_NE(of(event_at("PRE_PRODUCTION_TRAFFIC_SHIFT", "null", "{}", step(20))), first);
  EXPECT_NE(of(event_at("PRE_PRODUCTION_TRAFFIC_SHIFT", "null", step(10), "{}")), first);
  EXPECT_NE(of(event_at("PRODUCTION_TRAFFIC_SHIFT", "null", "{}", step(10))), first);
}

TEST(HookDecision, answers_by_the_exit_code) {
  EXPECT_EQ(answered({.exit_code = 0}), R"({"hookStatus":"SUCCEEDED"})");
  EXPECT_EQ(answered({.exit_code = 1}), R"({"hookStatus":"FAILED"})");
  EXPECT_THAT(answered({.exit_code = 2}), HasSubstr("error: the gate refused what it was given"));
  EXPECT_THAT(answered({.exit_code = 77}), HasSubstr("which it does not have"));
  for (const GateEnd& end : {GateEnd{.exit_code = 3}, GateEnd{.exit_code = 4}, GateEnd{.exit_code = 130},
                             GateEnd{.signal = 9}, GateEnd{.exit_code = 0, .timed_out = true}}) {
    EXPECT_EQ(answered(end), R"({"hookStatus":"IN_PROGRESS","callBackDelay":30,"hookDetails":{"weirFor":")" +
                                 subject() + R"(","weirTries":1}})");
  }
}

TEST(HookDecision, tries_again_and_not_for_ever) {
  const std::string details = R"({"env":"staging","tries":2,"callBackDelay":5})";
  EXPECT_EQ(answered({.exit_code = 3}, details),
            R"({"hookStatus":"IN_PROGRESS","callBackDelay":5,"hookDetails":{"env":"staging","tries":2,)"
            R"("callBackDelay":5,"weirFor":")" +
                subject() + R"(","weirTries":1}})");
  const std::string second =
      R"({"env":"staging","tries":2,"callBackDelay":5,"weirFor":")" + subject() + R"(","weirTries":1})";
  EXPECT_EQ(answered({.exit_code = 3}, second), R"({"hookStatus":"FAILED"})");
  // As it was before it said for what it is.
  EXPECT_EQ(answered({.exit_code = 3}, R"({"tries":2,"weirTries":1})"), R"({"hookStatus":"FAILED"})");
  // Of another step of the deployment.
  EXPECT_THAT(answered({.exit_code = 3}, R"({"tries":2,"weirFor":"other","weirTries":1})"), HasSubstr("IN_PROGRESS"));
  EXPECT_EQ(answer_to({.exit_code = 4}, call_with(second)).value().reason,
            "the gate could not tell; try 2 of 2, and the last one");
  EXPECT_EQ(answered({.exit_code = 4}, R"({"tries":1})"), R"({"hookStatus":"FAILED"})");
  EXPECT_EQ(answered({.exit_code = 0}, second), R"({"hookStatus":"SUCCEEDED"})");
}

TEST(HookDecision, reads_its_settings_from_the_environment) {
  const auto settings = from({{"WEIR_URL", "http://a.test"},
                              {"WEIR_PROFILE", "p.yaml"},
                              {"WEIR_ENV", "staging"},
                              {"WEIR_OPTIONS", " --strict  --level must "},
                              {"WEIR_TRIES", "7"},
                              {"WEIR_CALL_BACK_DELAY", ""}});
  ASSERT_TRUE(settings) << settings.error().detail;
  EXPECT_EQ(settings->url, "http://a.test");
  EXPECT_EQ(settings->profile, "p.yaml");
  EXPECT_EQ(settings->environment, "staging");
  EXPECT_THAT(settings->options, ElementsAre("--strict", "--level", "must"));
  EXPECT_EQ(settings->tries, 7);
  EXPECT_EQ(settings->call_back_delay_s, 30);
  EXPECT_THAT(from({{"WEIR_TRIES", "some"}}).error().detail, HasSubstr("WEIR_TRIES is a whole number"));
  EXPECT_THAT(from({{"WEIR_CALL_BACK_DELAY", "0"}}).error().detail, HasSubstr("WEIR_CALL_BACK_DELAY"));
  EXPECT_THAT(from({{"WEIR_OPTIONS", "--budget 3"}}).error().detail, HasSubstr("--budget"));
}

TEST(HookDecision, reads_the_settings_of_a_task_from_the_environment) {
  const std::map<std::string, std::string> least = {{"WEIR_TASK", "gate"}, {"WEIR_TASK_SUBNETS", "subnet-1, subnet-2"}};
  const auto task = from(least).value().task;
  EXPECT_TRUE(task);
  EXPECT_EQ(task.container, "gate");
  EXPECT_EQ(task.launch_type, "FARGATE");
  EXPECT_EQ(task.seconds, 1800);
  EXPECT_FALSE(task.public_address);
  EXPECT_THAT(task.subnets, ElementsAre("subnet-1", "subnet-2"));
  EXPECT_FALSE(from({}).value().task);
  const std::vector<std::array<std::string, 3>> wrong = {
      {"WEIR_TASK_SUBNETS", "", "a task of Fargate needs subnets"},
      {"WEIR_TASK_LAUNCH_TYPE", "fargate", "is FARGATE, EC2 or EXTERNAL, not 'fargate'"},
      {"WEIR_TASK_PUBLIC_ADDRESS", "true", "is yes or no"},
      {"WEIR_TASK_SECONDS", "90000", "is a whole number from 1 to 86400"},
  };
  for (const auto& [name, value, sentence] : wrong) {
    auto variables = least;
    variables[name] = value;
    EXPECT_THAT(from(variables).error().detail, HasSubstr(sentence)) << name;
  }
  EXPECT_TRUE(from({{"WEIR_TASK", "gate"}, {"WEIR_TASK_LAUNCH_TYPE", "EC2"}}).value().task.subnets.empty());
}

}  // namespace weir::conformance::hook
