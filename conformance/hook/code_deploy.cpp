#include "conformance/hook/code_deploy.hpp"

#include <fmt/format.h>

namespace weir::conformance::hook {
namespace {

constexpr std::chrono::seconds kToAnswer{1};
constexpr std::string_view kAction = "PutLifecycleEventHookExecutionStatus";

wire::Result<Answer> judged(const Settings& settings, const Means& means) {
  if (settings.task) {
    return wire::bad_input(
        "CodeDeploy asks its hook once, and nobody would hear of the end of a task: this needs a "
        "function without WEIR_TASK");
  }
  for (int tried = 0;; ++tried) {
    const auto call = call_of(settings, wire::json::object{{kTriesKey, tried}}, means.left() - kTell);
    if (!call) { return tl::unexpected(call.error()); }
    means.log(fmt::format("try {} of {}, the gate has {} s", call->attempt, settings.tries, call->budget.count()));
    const auto end = means.run_gate(*call);
    if (!end) { return tl::unexpected(end.error()); }
    auto answer = answer_to(*end, *call);
    if (!answer || answer->status != "IN_PROGRESS") { return answer; }
    const std::chrono::seconds pause(settings.call_back_delay_s);
    if (means.left() < pause + kTell + kReserve + kLeastBudget) {
      return Answer{.status = "FAILED", .reason = answer->reason + ", and there is no time for another"};
    }
    means.log(answer->reason);
    means.wait(pause);
  }
}

wire::Result<void> tell(const CodeDeployEvent& event, std::string_view status, const Means& means) {
  const wire::json::object body{
      {"deploymentId", event.deployment}, {"lifecycleEventHookExecutionId", event.execution}, {"status", status}};
  const auto told = means.call(code_deploy_service(), kAction, body, kToAnswer);
  if (told) { return {}; }
  const auto& failure = told.error();
  if (failure.type == "LifecycleEventAlreadyCompletedException" && failure.may_be_done) {
    means.log("an attempt whose answer was lost had told CodeDeploy");
    return {};
  }
  return wire::fail(wire::ErrorCode::rejected,
                    fmt::format("CodeDeploy could not be told '{}', and fails the deployment when its hour is over: {}",
                                status, failure.detail));
}

}  // namespace

wire::Result<std::string> serve(const CodeDeployEvent& event, const Settings& settings, const Means& means) {
  const auto answer = judged(settings, means);
  const std::string_view status = answer && answer->status == "SUCCEEDED" ? "Succeeded" : "Failed";
  means.log(fmt::format("{}: {}", status, answer ? answer->reason : answer.error().detail));
  const auto told = tell(event, status, means);
  if (!answer && !told) {
    return wire::bad_input(fmt::format("{}; and {}", answer.error().detail, told.error().detail));
  }
  if (!answer) { return tl::unexpected(answer.error()); }
  if (!told) { return tl::unexpected(told.error()); }
  return wire::json::serialize(wire::json::object{{"status", status}});
}

}  // namespace weir::conformance::hook
