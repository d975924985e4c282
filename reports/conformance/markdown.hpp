// GitHub-flavoured Markdown for a job summary or a comment on a pull request.
#pragma once

#include <string>
#include <string_view>

#include "reports/conformance/results.hpp"

namespace weir::reports {

/// Verdict, a table of what fails with how to see it again, and every check in a fold.
std::string render_markdown(const Results& results);

/// Text that means nothing to Markdown or HTML, on one line and fit for a table cell: no markup, link, mention or row
/// of an endpoint's making.
std::string markdown_escaped(std::string_view bytes);

}  // namespace weir::reports
