#include "conformance/hook/event.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::conformance::hook {
namespace {

using wire::ErrorCode;

constexpr double kAll = 100;  ///< Percent.

wire::Result<std::string> text_of(const wire::json::value& object, std::string_view name) {
  const auto* member = wire::find(object, name);
  const auto text = wire::as_string(member);
  if (!text || text->empty()) {
    return wire::fail(ErrorCode::bad_input, fmt::format("the event's '{}' is {}, a text is expected", name,
                                                        member ? wire::kind_name(*member) : "missing"));
  }
  return std::string(*text);
}

wire::Result<Weights> weights_of(const wire::json::value& object, std::string_view name) {
  Weights weights;
  const auto* member = wire::find(object, name);
  if (!member || member->is_null()) { return weights; }
  const auto* map = wire::as_object(member);
  if (!map) {
    return wire::fail(ErrorCode::bad_input,
                      fmt::format("the event's '{}' is {}, a map of revisions to percentages is expected", name,
                                  wire::kind_name(*member)));
  }
  for (const auto& [revision, weight] : *map) {
    if (!weight.is_number()) {
      return wire::fail(ErrorCode::bad_input, fmt::format("a weight in the event's '{}' is {}, a number is expected",
                                                          name, wire::kind_name(weight)));
    }
    weights.emplace(std::string(revision), weight.to_number<double>());
  }
  return weights;
}

wire::Result<std::variant<Event, CodeDeployEvent>> read_code_deploy(const wire::json::value& event) {
  auto deployment = text_of(event, "DeploymentId");
  auto execution = text_of(event, "LifecycleEventHookExecutionId");
  if (!deployment) { return tl::unexpected(deployment.error()); }
  if (!execution) { return tl::unexpected(execution.error()); }
  return CodeDeployEvent{*std::move(deployment), *std::move(execution)};
}

bool is_taken_from(const Weights& weights, std::string_view revision) {
  const auto own = weights.find(revision);
  return own != weights.end() && own->second <= 0 &&
         std::any_of(weights.begin(), weights.end(), [](const auto& one) { return one.second >= kAll; });
}

}  // namespace

wire::Result<std::variant<Event, CodeDeployEvent>> read_event(std::string_view text) {
  const auto parsed = wire::parse_json(text);
  if (!parsed) {
    return wire::fail(ErrorCode::bad_input, fmt::format("the event is not JSON (byte {})", parsed.error().byte_offset));
  }
  const auto& outer = parsed->value;
  if (!outer.is_object()) { return wire::fail(ErrorCode::bad_input, "the event is no JSON object"); }
  if (wire::find(outer, "LifecycleEventHookExecutionId")) { return read_code_deploy(outer); }
  const auto* wrapped = wire::find(outer, "executionDetails");
  if (wrapped && !wrapped->is_object()) {
    return wire::fail(ErrorCode::bad_input, "the event's 'executionDetails' is no object");
  }
  const auto& inner = wrapped ? *wrapped : outer;
  Event event;
  if (wrapped || wire::find(outer, "lifecycleStage")) {
    auto stage = text_of(outer, "lifecycleStage");
    if (!stage) { return tl::unexpected(stage.error()); }
    event.stage = *std::move(stage);
    event.execution = wire::string_or(outer, "executionId", "");
  }
  auto service = text_of(inner, "serviceArn");
  auto revision = text_of(inner, "targetServiceRevisionArn");
  auto test = weights_of(inner, "testTrafficWeights");
  auto production = weights_of(inner, "productionTrafficWeights");
  for (const auto* failed : {service ? nullptr : &service.error(), revision ? nullptr : &revision.error(),
                             test ? nullptr : &test.error(), production ? nullptr : &production.error()}) {
    if (failed) { return tl::unexpected(*failed); }
  }
  event.service = *std::move(service);
  event.target_revision = *std::move(revision);
  event.test_traffic = *std::move(test);
  event.production_traffic = *std::move(production);
  if (const auto* details = wire::find(outer, "hookDetails")) { event.details = *details; }
  return event;
}

/// Only the map of the traffic that the stage moves says where it goes: while test traffic goes to the new revision,
/// its weight of production traffic is 0 as well.
bool is_rolling_back(const Event& event) {
  const bool from_test = is_taken_from(event.test_traffic, event.target_revision);
  const bool from_production = is_taken_from(event.production_traffic, event.target_revision);
  if (event.stage == "TEST_TRAFFIC_SHIFT") { return from_test; }
  if (event.stage == "PRODUCTION_TRAFFIC_SHIFT") { return from_production; }
  if (!event.stage.empty()) { return false; }
  // Without a stage, the one map that is filled is the traffic that is moved.
  return (from_test && event.production_traffic.empty()) || (from_production && event.test_traffic.empty());
}

}  // namespace weir::conformance::hook
