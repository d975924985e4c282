// From an event to a call of the gate, and from the gate's end to an answer. Pure: nothing is run here.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "conformance/hook/event.hpp"
#include "conformance/hook/settings.hpp"

namespace weir::conformance::hook {

/// What the function keeps of its time for itself: to end the gate, and to answer.
inline constexpr std::chrono::seconds kReserve{3};
/// A gate with less time could judge too little; calls of AWS take as long at worst.
inline constexpr std::chrono::seconds kLeastBudget{5};

struct GateCall {
  std::vector<std::string> arguments;
  std::chrono::seconds budget{};
  int attempt = 1;
  Settings settings;
  std::string subject;         ///< What is judged; empty where no other call can be about something else.
  wire::json::object details;  ///< hookDetails as they came.
  Progress progress;           ///< What they say of the calls before that were about the same.
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

/// What this call is about: the revision at this stage with this share of the traffic. A linear or canary deployment
/// asks its hook at every step, and a verdict on one is none on the next.
std::string subject_of(const Event& event);

/// The call of the gate alone, for whom a stage means nothing.
wire::Result<GateCall> call_of(const Settings& settings, const wire::json::value& given, std::chrono::milliseconds left,
                               std::string subject = "");

/// How the gate ended.
struct GateEnd {
  std::optional<int> exit_code;
  int signal = 0;          ///< Where there is no exit code.
  bool timed_out = false;  ///< It had to be ended.
};

wire::Result<Answer> answer_to(const GateEnd& end, const GateCall& call);

/// Nothing was proved: another try, as long as there is one.
Answer again(const GateCall& call, std::string_view why);

}  // namespace weir::conformance::hook
