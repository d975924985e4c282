// The report for people at a terminal or in a pipeline's log.
#pragma once

#include <string>

#include "reports/conformance/results.hpp"
#include "reports/draw/formats.hpp"

namespace weir::reports {

/// What a reader needs to act stands last, where the eye is: what passed and what was not asked are counted, what was
/// not verified has a line for each reason, then come warnings and failures, the most serious cause first, and one line
/// that names the failed checks. Without `verbose` what is told of a check is no wider than 80 columns. A preflight
/// failure is one verdict with its cause and its fix, and nothing else.
std::string render_console(const Results& results, const ConsoleOptions& options = {});

}  // namespace weir::reports
