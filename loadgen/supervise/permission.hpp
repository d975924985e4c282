// Whether the load of a scenario may be put on its targets, and how much of it: asked once their names are looked up,
// before the first connection.
#pragma once

#include <string>
#include <vector>

#include "loadgen/supervise/targets.hpp"
#include "wire/target/load_permission.hpp"

namespace weir::loadgen {

/// The most that the scenario plans. Of opens: a ramp, churn, and everybody coming back at once; a jump of a spike or a
/// search goes as fast as `opens_per_second` lets it, and counts where that is said. What comes back after an end of
/// its own is not planned.
wire::LoadDemand load_demand(const Scenario& scenario);

/// One line for each target: why it may be loaded. Or bad_input for a host without permission, or a load above the
/// profile's ceiling.
wire::Result<std::vector<std::string>> permit(const Scenario& scenario, const wire::LoadPermission& permission,
                                              const Targets& targets, const std::vector<Looked>& looked);

/// A scenario that does not bound its opens is held to the profile's ceiling.
void bound_opens(Scenario& scenario);

}  // namespace weir::loadgen
