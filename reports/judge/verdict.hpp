// The exit code of a run, and the sentence that says why.
#pragma once

#include "reports/judge/results.hpp"

namespace weir::reports::load {

/// By thresholds, invalidity and search, which stand in the results already.
void decide(LoadResults& results, bool interrupted);

}  // namespace weir::reports::load
