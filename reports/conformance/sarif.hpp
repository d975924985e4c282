// SARIF 2.1.0 (OASIS), as GitHub's code scanning reads it.
#pragma once

#include <string>

#include "reports/conformance/results.hpp"

namespace weir::reports {

/// A rule for each check that found something, and a result for each finding; what a baseline excuses is suppressed. A
/// run that came to no verdict has a result that says so: without one it would close every alert of the run before.
std::string render_sarif(const Results& results);

/// What GitHub takes for a path in the repository: code scanning refuses a file in which a location has a scheme.
std::string sarif_location(std::string_view target_url);

}  // namespace weir::reports
