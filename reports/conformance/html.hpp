// The report as one page: the verdict at a glance, the way to the target, failures first, and every check to filter.
#pragma once

#include <string>

#include "reports/conformance/results.hpp"

namespace weir::reports {

std::string render_html(const Results& results);

}  // namespace weir::reports
