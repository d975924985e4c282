// From an event to a call of the gate, and from the gate's end to an answer. Pure: nothing is run here.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "conformance/hook/event.hpp"

namespace weir::conformance::hook {

inline constexpr int kTries = 3;
inline constexpr int kMostTries = 100;
inline constexpr int kCallBackDelayS = 30;
inline constexpr int kMostCallBackDelayS = 3600;
/// What the function keeps of its time for itself: to end the gate, and to answer.
inline constexpr std::chrono::seconds kReserve{3};
/// A gate with less time could judge too little.
inline constexpr std::chrono::seconds kLeastBudget{5};

/// What is asked of whom. Of the environment, unless hookDetails say otherwise.
struct Settings {
  std::string url;
  std::string profile;
  std::string environment;           ///< Of the profile.
  std::vector<std::string> options;  ///< Further ones of weir-conformance.
  int tries = kTries;                ///< Of a target that cannot be reached or judged, before that counts as a failure.
  int call_back_delay_s = kCallBackDelayS;
};

using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// WEIR_URL, WEIR_PROFILE, WEIR_ENV, WEIR_OPTIONS (words between blanks), WEIR_TRIES, WEIR_CALL_BACK_DELAY.
wire::Result<Settings> settings_of(const Environment& environment);

struct GateCall {
  std::vector<std::string> arguments;
  std::chrono::seconds budget{};
  int attempt = 1;
  Settings settings;
  wire::json::object details;  ///< hookDetails as they came.
};

/// What ECS is told.
struct Answer {
  std::string status;  ///< SUCCEEDED, FAILED, IN_PROGRESS
  std::string reason;  ///< One sentence for the log; ECS has no place for it.
  std::optional<int> call_back_delay_s;
  std::optional<wire::json::object> details;
};

std::string to_json(const Answer& answer);

/// `left` is what Lambda gives the function from now on. An error is one of the configuration, and becomes an error of
/// the function, which rolls back.
wire::Result<std::variant<Answer, GateCall>> decide(const Event& event, const Settings& settings,
                                                    std::chrono::milliseconds left);

/// How the gate ended.
struct GateEnd {
  std::optional<int> exit_code;
  int signal = 0;          ///< Where there is no exit code.
  bool timed_out = false;  ///< It had to be ended.
};

wire::Result<Answer> answer_to(const GateEnd& end, const GateCall& call);

}  // namespace weir::conformance::hook
