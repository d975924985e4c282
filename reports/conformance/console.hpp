// The report for people at a terminal or in a pipeline's log.
#pragma once

#include <string>

#include "reports/conformance/results.hpp"
#include "reports/draw/formats.hpp"

namespace weir::reports {

/// Checks by area: how many passed, a line for each of the others, failures with what a reader needs to act; last the
/// summary line. A preflight failure is one verdict with its cause and its fix, and nothing else.
std::string render_console(const Results& results, const ConsoleOptions& options = {});

/// "Conformance: FAIL  61 pass  2 fail  1 warn  3 not applicable  2 untestable  (streamable 2025-11-25)  1.8 s"
std::string summary_line(const Results& results);

}  // namespace weir::reports
