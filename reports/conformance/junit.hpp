// JUnit XML, as GitHub, GitLab, Jenkins and CodeBuild read it.
#pragma once

#include <string>

#include "reports/conformance/results.hpp"

namespace weir::reports {

/// A testsuite per area. What was not tested (not applicable, untestable) and what a baseline excuses is skipped with
/// its reason; a warning is output of a passed test unless `strict`. A suite "run" holds what belongs to no check: a
/// preflight failure, and any other reason for which the run is not good.
std::string render_junit(const Results& results);

}  // namespace weir::reports
