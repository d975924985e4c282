#include "conformance/hook/task.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/hook/digest.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::hook {
namespace {

constexpr std::string_view kGate = "weir-conformance";
constexpr std::size_t kTokenDigits = 64;      // Of clientToken, at most.
constexpr std::size_t kStartedByDigits = 16;  // startedBy has 36 characters at most.
constexpr std::size_t kReasonBytes = 240;
constexpr std::chrono::seconds kToStop{10};
constexpr int kSignal = 128;  // Of a process that a signal ended, shells and ECS say this and the signal's number.
constexpr int kMostSignal = 64;
constexpr int kInterrupted = 130;  // Which is an exit code of ours.

std::string shown(std::string_view text) { return wire::bounded(wire::printable(text), kReasonBytes); }

/// "arn:aws:ecs:R:A:service/CLUSTER/SERVICE"; ARNs of long ago have no cluster.
std::string cluster_of(const Event& event) {
  const std::string_view service = event.service;
  const auto from = service.find('/'), to = service.rfind('/');
  return from == to ? "" : std::string(service.substr(from + 1, service.find('/', from + 1) - from - 1));
}

wire::Result<std::string> cluster_of(const Event& event, const Settings& settings) {
  std::string cluster = settings.task.cluster.empty() ? cluster_of(event) : settings.task.cluster;
  if (cluster.empty()) {
    return wire::bad_input("WEIR_TASK_CLUSTER is not set, and the service's ARN names no cluster");
  }
  return cluster;
}

wire::json::array texts(const std::vector<std::string>& list) {
  wire::json::array out;
  for (const auto& text : list) { out.emplace_back(text); }
  return out;
}

/// A call that is made twice, by us or by who invokes us, starts one task.
std::string token_of(const Event& event, const GateCall& call, std::string_view invocation) {
  const std::string_view execution = event.execution.empty() ? invocation : event.execution;
  const auto text = fmt::format("{}\n{}\n{}", execution, call.subject, call.attempt);
  return hex(sha256(text)).substr(0, kTokenDigits);
}

wire::json::object run_task_body(const std::string& cluster, const std::string& token, const GateCall& call) {
  const auto& task = call.settings.task;
  wire::json::array command{kGate};
  for (const auto& argument : call.arguments) { command.emplace_back(argument); }
  const wire::json::object gate{{"name", task.container}, {"command", command}};
  wire::json::object body{{"cluster", cluster},
                          {"taskDefinition", task.definition},
                          {"count", 1},
                          {"launchType", task.launch_type},
                          {"clientToken", token},
                          {"startedBy", "weir-hook-" + token.substr(0, kStartedByDigits)},
                          {"overrides", wire::json::object{{"containerOverrides", wire::json::array{gate}}}}};
  if (!task.subnets.empty()) {
    const wire::json::object addresses{{"subnets", texts(task.subnets)},
                                       {"securityGroups", texts(task.security_groups)},
                                       {"assignPublicIp", task.public_address ? "ENABLED" : "DISABLED"}};
    body["networkConfiguration"] = wire::json::object{{"awsvpcConfiguration", addresses}};
  }
  return body;
}

/// Of tasks or failures: the first.
const wire::json::value* first_of(const wire::json::value& answer, std::string_view list) {
  const auto* array = wire::as_array(wire::find(answer, list));
  return array && !array->empty() ? &array->front() : nullptr;
}

/// ECS says by status 200 that it did nothing.
std::string failure_in(const wire::json::value& answer) {
  const auto* failure = first_of(answer, "failures");
  if (!failure) { return "it says nothing of a task"; }
  const auto detail = wire::string_or(*failure, "detail", "");
  return shown(fmt::format("{}{}{}", wire::string_or(*failure, "reason", "without a reason"),
                           detail.empty() ? "" : ", ", detail));
}

Answer in_progress(const GateCall& call, std::string reason, std::string_view task, std::int64_t since) {
  auto details = call.details;
  details[kSubjectKey] = call.subject;
  details[kTriesKey] = call.progress.tried;
  details[kTaskKey] = task;
  details[kTaskSinceKey] = since;
  return {.status = "IN_PROGRESS",
          .reason = std::move(reason),
          .call_back_delay_s = call.settings.call_back_delay_s,
          .details = std::move(details)};
}

wire::Result<Answer> start(const std::string& cluster, const std::string& token, const GateCall& call,
                           const Means& means) {
  means.log(fmt::format("try {} of {}, as a task of {} in {}; the gate has {} s", call.attempt, call.settings.tries,
                        call.settings.task.definition, cluster, call.budget.count()));
  const auto answer = means.call(ecs_service(), "RunTask", run_task_body(cluster, token, call), kReserve);
  if (!answer) {
    if (answer.error().may_pass) { return again(call, answer.error().detail); }
    return wire::fail(wire::ErrorCode::rejected, answer.error().detail);
  }
  const auto* task = first_of(*answer, "tasks");
  const auto arn = task ? wire::string_or(*task, "taskArn", "") : "";
  if (arn.empty()) { return again(call, "RunTask started no task: " + failure_in(*answer)); }
  return in_progress(call, fmt::format("{} was started", shown(arn)), arn, means.unix_seconds());
}

const wire::json::value* container_of(const wire::json::value& task, std::string_view name) {
  const auto* containers = wire::as_array(wire::find(task, "containers"));
  if (!containers) { return nullptr; }
  const auto found = std::find_if(containers->begin(), containers->end(),
                                  [&](const auto& one) { return wire::string_or(one, "name", "") == name; });
  return found == containers->end() ? nullptr : &*found;
}

wire::Result<Answer> ended(const wire::json::value& task, const GateCall& call) {
  const auto& name = call.settings.task.container;
  const auto* container = container_of(task, name);
  if (!container) {
    return wire::bad_input(
        fmt::format("the task has no container '{}': set WEIR_TASK_CONTAINER", wire::printable(name)));
  }
  const auto code = wire::as_integer(wire::find(*container, "exitCode"));
  if (!code) {
    const auto of_container = wire::string_or(*container, "reason", "");
    return again(call, shown(fmt::format("the gate did not start: {}{}{}",
                                         wire::string_or(task, "stoppedReason", "ECS does not say why"),
                                         of_container.empty() ? "" : "; ", of_container)));
  }
  const auto number = static_cast<int>(std::clamp<std::int64_t>(*code, -1, kSignal + kMostSignal + 1));
  if (number > kSignal && number <= kSignal + kMostSignal && number != kInterrupted) {
    return answer_to({.signal = number - kSignal}, call);
  }
  return answer_to({.exit_code = number}, call);
}

void stop(const std::string& cluster, const std::string& task, std::string_view reason, const Means& means,
          std::chrono::milliseconds keep) {
  const wire::json::object body{{"cluster", cluster}, {"task", task}, {"reason", reason}};
  const auto stopped = means.call(ecs_service(), "StopTask", body, keep);
  means.log(stopped ? fmt::format("{} is stopped: {}", shown(task), reason) : stopped.error().detail);
}

wire::Result<Answer> follow(const std::string& cluster, const GateCall& call, const Means& means) {
  const auto& arn = call.progress.task;
  const auto since = call.progress.task_since_unix_s;
  const std::chrono::seconds age(std::max<std::int64_t>(means.unix_seconds() - since, 0));
  const bool overdue = age > call.budget + kTaskStart;
  const auto wait_on = [&](std::string reason) -> Answer {
    if (!overdue) { return in_progress(call, std::move(reason), arn, since); }
    stop(cluster, arn, "the gate did not end within its time", means, kReserve);
    return again(call, fmt::format("the task did not end within {} s and {} s to start", call.budget.count(),
                                   kTaskStart.count()));
  };
  const auto answer = means.call(ecs_service(), "DescribeTasks",
                                 {{"cluster", cluster}, {"tasks", wire::json::array{arn}}}, means.left() / 2);
  if (!answer) {
    if (answer.error().may_pass) { return wait_on(answer.error().detail); }
    return wire::fail(wire::ErrorCode::rejected, answer.error().detail);
  }
  const auto* task = first_of(*answer, "tasks");
  if (!task) {
    const auto why = fmt::format("ECS does not know the task: {}", failure_in(*answer));
    return age < kUnknownAtFirst ? in_progress(call, why, arn, since) : again(call, why);
  }
  const auto status = wire::string_or(*task, "lastStatus", "without a status");
  if (status == "STOPPED") { return ended(*task, call); }
  return wait_on(fmt::format("{} is {}, {} s after its start", shown(arn), shown(status), age.count()));
}

}  // namespace

wire::Result<Answer> look_after_task(const Event& event, const GateCall& call, std::string_view invocation,
                                     const Means& means) {
  const auto cluster = cluster_of(event, call.settings);
  if (!cluster) { return tl::unexpected(cluster.error()); }
  if (call.progress.task.empty()) { return start(*cluster, token_of(event, call, invocation), call, means); }
  return follow(*cluster, call, means);
}

void stop_task(const Event& event, const Settings& settings, const Means& means) {
  const auto details = details_of(event.details);
  if (!settings.task || !details) { return; }
  Settings ignored = settings;
  const auto progress = apply(*details, ignored);
  const auto cluster = cluster_of(event, settings);
  if (!progress || progress->task.empty() || !cluster) { return; }
  stop(*cluster, progress->task, "the deployment is being rolled back", means,
       std::max<std::chrono::milliseconds>(kReserve, means.left() - kToStop));
}

}  // namespace weir::conformance::hook
