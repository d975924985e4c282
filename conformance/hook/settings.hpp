// What is asked of whom: of the function's environment, and before that of a hook's hookDetails.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "wire/base/error.hpp"
#include "wire/json/json.hpp"

namespace weir::conformance::hook {

inline constexpr int kTries = 3;
inline constexpr int kMostTries = 100;
inline constexpr int kCallBackDelayS = 30;
inline constexpr int kMostCallBackDelayS = 3600;
inline constexpr int kTaskSeconds = 1800;
/// Amazon ECS lets a hook take a day.
inline constexpr int kMostTaskSeconds = 86'400;

/// A gate that takes longer than a function may: as an ECS task.
struct TaskSettings {
  std::string definition;  ///< Family, family and revision, or ARN; empty: the gate runs within the function.
  std::string cluster;     ///< Empty: that of the service.
  std::string container = "gate";
  std::string launch_type = "FARGATE";
  std::vector<std::string> subnets;
  std::vector<std::string> security_groups;
  bool public_address = false;
  int seconds = kTaskSeconds;  ///< The gate's budget.

  explicit operator bool() const { return !definition.empty(); }
};

struct Settings {
  std::string url;
  std::string profile;
  std::string environment;           ///< Of the profile.
  std::vector<std::string> options;  ///< Further ones of weir-conformance.
  int tries = kTries;                ///< Of a target that cannot be reached or judged, before that counts as a failure.
  int call_back_delay_s = kCallBackDelayS;
  TaskSettings task;
};

using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// WEIR_URL, WEIR_PROFILE, WEIR_ENV, WEIR_OPTIONS (words between blanks), WEIR_TRIES, WEIR_CALL_BACK_DELAY, and
/// WEIR_TASK with what begins with it.
wire::Result<Settings> settings_of(const Environment& environment);

/// What hooks give back to themselves, in hookDetails.
struct Progress {
  std::string subject;                 ///< Of what it is the progress (subject_of); empty: it does not say.
  int tried = 0;                       ///< Tries that proved nothing.
  std::string task;                    ///< ARN of the task of this try; empty: none was started.
  std::int64_t task_since_unix_s = 0;  ///< When it was.
};

inline constexpr std::string_view kSubjectKey = "weirFor";
inline constexpr std::string_view kTriesKey = "weirTries";
inline constexpr std::string_view kTaskKey = "weirTask";
inline constexpr std::string_view kTaskSinceKey = "weirTaskSince";

/// hookDetails as an object: CloudFormation takes the configuration as the text of one.
wire::Result<wire::json::object> details_of(const wire::json::value& details);

/// Settings as hookDetails change them. The error names the key.
wire::Result<Progress> apply(const wire::json::object& details, Settings& settings);

}  // namespace weir::conformance::hook
