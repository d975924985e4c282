// What must hold of the parts of a scenario, whether they came from a file or from flags. Each answer is one sentence
// with what to change; nothing ("" or nullopt) where all is well.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loadgen/scenario/scenario.hpp"

namespace weir::loadgen {

/// Placeholders of a call's arguments that there are not (template.hpp).
std::string arguments_problem(const wire::json::object& arguments);
std::string http_problem(const HttpCall& call);
std::string population_problem(const Population& population);

struct PhaseProblem {
  std::size_t index = 0;
  std::string what;
};
/// `holds_streams`: some population does; others may begin with any phase.
std::optional<PhaseProblem> phases_problem(const std::vector<Phase>& phases, bool holds_streams = true);

/// Phases without a name get that of their kind: "hold", "hold 2".
void name_phases(std::vector<Phase>& phases);

/// Names a phase, population or tool that the scenario does not have.
std::string threshold_problem(const reports::load::Threshold& threshold, const Scenario& scenario);

}  // namespace weir::loadgen
