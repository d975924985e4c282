// What Amazon ECS sends to a lifecycle hook, as a value. Two forms are documented: the details of the execution inside
// an object that names the stage, and, on older pages, those details alone.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "wire/base/error.hpp"
#include "wire/json/json.hpp"

namespace weir::conformance::hook {

/// Service revision -> percent of the traffic.
using Weights = std::map<std::string, double, std::less<>>;

struct Event {
  std::string stage;  ///< "POST_TEST_TRAFFIC_SHIFT"; empty where the details came alone. May be one unknown to us.
  std::string service;
  std::string target_revision;
  Weights test_traffic;
  Weights production_traffic;
  wire::json::value details;  ///< hookDetails: of the service's configuration, and what the call before gave back.
};

/// The error says what is missing, and nothing of what the event holds.
wire::Result<Event> read_event(std::string_view text);

/// The traffic that this stage shifts goes from the new revision back to another one. A roll-back has no stage of its
/// own: the two at which traffic shifts are called again.
bool is_rolling_back(const Event& event);

}  // namespace weir::conformance::hook
