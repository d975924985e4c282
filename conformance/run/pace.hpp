// How fast a target may be asked, and how long a run of it may take, by what its first answers took.
#pragma once

#include "conformance/run/conduct.hpp"

namespace weir::conformance {

struct Pace {
  unsigned concurrency = kThreads;
  std::chrono::milliseconds budget = kDefaultBudget;
};

/// What the plan says; else, by the quickest of the first answers: what the network takes of each costs the target
/// nothing, so that with more checks at a time no more of them are at the target than would be at one nearby, and a run
/// of slow answers gets the time that it needs.
Pace pace_of(const RunPlan& plan, const wire::mcp::Detection& first_answers);

}  // namespace weir::conformance
