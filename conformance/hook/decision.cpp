#include "conformance/hook/decision.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "conformance/hook/digest.hpp"
#include "reports/judge/exit_code.hpp"

namespace weir::conformance::hook {
namespace {

using reports::ExitCode;
using wire::bad_input;

constexpr std::size_t kSubjectDigits = 16;

/// Before them no traffic reaches the new revision: a gate would judge the old one, and say that the new one is good.
constexpr std::array<std::string_view, 3> kTooEarly = {"RECONCILE_SERVICE", "PRE_SCALE_UP", "POST_SCALE_UP"};

std::vector<std::string> arguments_of(const Settings& settings, std::chrono::seconds budget) {
  // The log is text of a file: no colours, and what failed with the summary alone.
  std::vector<std::string> arguments = {"--quiet", "--color=never", fmt::format("--budget={}", budget.count())};
  if (!settings.profile.empty()) { arguments.push_back("--profile=" + settings.profile); }
  if (!settings.environment.empty()) { arguments.push_back("--env=" + settings.environment); }
  arguments.insert(arguments.end(), settings.options.begin(), settings.options.end());
  if (!settings.url.empty()) { arguments.push_back(settings.url); }
  return arguments;
}

}  // namespace

std::string to_json(const Answer& answer) {
  wire::json::object out{{"hookStatus", answer.status}};
  if (answer.call_back_delay_s) { out["callBackDelay"] = *answer.call_back_delay_s; }
  if (answer.details) { out["hookDetails"] = *answer.details; }
  return wire::json::serialize(out);
}

wire::Result<std::variant<Answer, GateCall>> decide(const Event& event, const Settings& settings,
                                                    std::chrono::milliseconds left) {
  // First of all: whatever is wrong with the configuration, it must not stand in the way of a roll-back.
  if (is_rolling_back(event)) {
    return Answer{.status = "SUCCEEDED", .reason = "the deployment is being rolled back; there is nothing to ask"};
  }
  if (std::find(kTooEarly.begin(), kTooEarly.end(), event.stage) != kTooEarly.end()) {
    return bad_input(
        fmt::format("at {} no traffic reaches the new revision yet, and the gate would judge the old one: hook it to "
                    "POST_TEST_TRAFFIC_SHIFT, or to POST_PRODUCTION_TRAFFIC_SHIFT of a service without a test listener",
                    event.stage));
  }
  auto call = call_of(settings, event.details, left, subject_of(event));
  if (!call) { return tl::unexpected(call.error()); }
  return *std::move(call);
}

std::string subject_of(const Event& event) {
  std::string text = fmt::format("{}\n{}\n", event.stage, event.target_revision);
  for (const auto* weights : {&event.test_traffic, &event.production_traffic}) {
    for (const auto& [revision, percent] : *weights) { text += fmt::format("{} {}\n", revision, percent); }
    text += '\n';
  }
  return hex(sha256(text)).substr(0, kSubjectDigits);
}

wire::Result<GateCall> call_of(const Settings& settings, const wire::json::value& given, std::chrono::milliseconds left,
                               std::string subject) {
  auto details = details_of(given);
  if (!details) { return tl::unexpected(details.error()); }
  GateCall call{.settings = settings, .subject = std::move(subject), .details = *std::move(details)};
  auto progress = apply(call.details, call.settings);
  if (!progress) { return tl::unexpected(progress.error()); }
  const bool of_another = !progress->subject.empty() && progress->subject != call.subject;
  if (!of_another) { call.progress = *std::move(progress); }
  if (call.settings.url.empty() && call.settings.profile.empty()) {
    return bad_input("there is no target: set WEIR_URL or WEIR_PROFILE, or 'url' or 'profile' in hookDetails");
  }
  call.attempt = call.progress.tried + 1;
  call.budget = std::chrono::duration_cast<std::chrono::seconds>(left - kReserve);
  if (call.budget < kLeastBudget) {
    return bad_input(fmt::format("the function has {} ms left, and the gate needs {} s at least: raise its time-out",
                                 std::max<std::int64_t>(left.count(), 0), (kReserve + kLeastBudget).count()));
  }
  if (call.settings.task) { call.budget = std::chrono::seconds(call.settings.task.seconds); }
  call.arguments = arguments_of(call.settings, call.budget);
  return call;
}

wire::Result<Answer> answer_to(const GateEnd& end, const GateCall& call) {
  if (end.timed_out) { return again(call, "the gate did not end within its time"); }
  if (!end.exit_code) {
    return again(call, fmt::format("the gate was ended by signal {}{}", end.signal,
                                   end.signal == 9 ? ": it may have too little memory" : ""));
  }
  switch (static_cast<ExitCode>(*end.exit_code)) {
    case ExitCode::good:
      return Answer{.status = "SUCCEEDED", .reason = "the gate is green"};
    case ExitCode::target_fails:
      return Answer{.status = "FAILED", .reason = "the gate is red: what failed stands in the log"};
    case ExitCode::usage:
      return bad_input("the gate refused what it was given (exit code 2): its complaint stands in the log");
    case ExitCode::unreachable:
      return again(call, "the target could not be reached");
    case ExitCode::inconclusive:
      return again(call, "the gate could not tell");
    case ExitCode::interrupted:
      return again(call, "the gate was interrupted");
  }
  return bad_input(fmt::format(
      "weir-conformance ended with exit code {}, which it does not have: is it another program?", *end.exit_code));
}

Answer again(const GateCall& call, std::string_view why) {
  const std::string tried = fmt::format("{}; try {} of {}", why, call.attempt, call.settings.tries);
  if (call.attempt >= call.settings.tries) { return {.status = "FAILED", .reason = tried + ", and the last one"}; }
  // All of it: whether ECS merges or replaces what it has, nothing is lost.
  auto details = call.details;
  if (!call.subject.empty()) { details[kSubjectKey] = call.subject; }
  details[kTriesKey] = call.attempt;
  // ECS may keep what is not given back: what is over is said to be.
  if (details.contains(kTaskKey)) { details[kTaskKey] = ""; }
  return {.status = "IN_PROGRESS",
          .reason = tried,
          .call_back_delay_s = call.settings.call_back_delay_s,
          .details = std::move(details)};
}

}  // namespace weir::conformance::hook
