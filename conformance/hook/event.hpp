// What invokes the function, as a value: a stage of a deployment by Amazon ECS itself, or an event of CodeDeploy. Of
// the first two forms are documented: the details of the execution inside an object that names the stage, and, on older
// pages, those details alone.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "wire/base/error.hpp"
#include "wire/json/json.hpp"

namespace weir::conformance::hook {

/// Service revision -> percent of the traffic.
using Weights = std::map<std::string, double, std::less<>>;

struct Event {
  std::string execution;  ///< Of this hook at this stage; empty where the details came alone.
  std::string stage;      ///< "POST_TEST_TRAFFIC_SHIFT"; empty where the details came alone. May be one unknown to us.
  std::string service;
  std::string target_revision;
  Weights test_traffic;
  Weights production_traffic;
  wire::json::value details;  ///< hookDetails: of the service's configuration, and what the call before gave back.
};

/// A hook of an AppSpec file. Its verdict is told by a call, and it is asked once.
struct CodeDeployEvent {
  std::string deployment;
  std::string execution;
};

/// The error says what is missing, and nothing of what the event holds.
wire::Result<std::variant<Event, CodeDeployEvent>> read_event(std::string_view text);

/// The traffic that this stage shifts goes from the new revision back to another one. A roll-back has no stage of its
/// own: the two at which traffic shifts are called again.
bool is_rolling_back(const Event& event);

}  // namespace weir::conformance::hook
