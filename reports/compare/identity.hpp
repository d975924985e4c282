// What of two load runs must be the same before their numbers are compared. The one place that knows by what a run is
// recognized.
#pragma once

#include <optional>
#include <string>

#include "reports/measure/run_info.hpp"

namespace weir::reports::compare {

/// Of the resolved scenario what the load is made of: without its seed and its target.
std::string load_of(const load::RunInfo& run);

/// Why the runs are not of the same scenario against the same target, one sentence; nullopt where they are.
std::optional<std::string> other_run(const load::RunInfo& before, const load::RunInfo& after, bool other_target);

}  // namespace weir::reports::compare
