// JUnit XML, as GitHub, GitLab, Jenkins and CodeBuild read it.
#pragma once

#include <string>
#include <string_view>

#include "reports/conformance/results.hpp"

namespace weir::reports {

/// A testsuite per area. What was not tested (not applicable, untestable) and what a baseline excuses is skipped with
/// its reason; a warning is output of a passed test unless `strict`. A suite "run" holds what belongs to no check: a
/// preflight failure, and any other reason for which the run is not good.
std::string render_junit(const Results& results);

/// XML 1.0 (section 2.2) has no way to write most control characters, not even as a reference: they become U+FFFD, as
/// do bytes that are no UTF-8.
std::string xml_escaped(std::string_view bytes);

}  // namespace weir::reports
