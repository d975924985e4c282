// Text and marks of a Markdown report.
#pragma once

#include <string>
#include <string_view>

#include "reports/judge/exit_code.hpp"

namespace weir::reports {

std::string_view mark_of(ExitCode code);

/// Text that means nothing to Markdown or HTML, on one line and fit for a table cell: no markup, link, mention or row
/// of an endpoint's making.
std::string markdown_escaped(std::string_view bytes);

}  // namespace weir::reports
