// The exit code of a run, and the sentence that says why.
#pragma once

#include <string_view>

#include "reports/judge/results.hpp"

namespace weir::reports::load {

/// By thresholds, invalidity and search, which stand in the results already. `unasked`: why the run ended before its
/// first phase, or empty.
void decide(LoadResults& results, bool interrupted, std::string_view unasked);

}  // namespace weir::reports::load
