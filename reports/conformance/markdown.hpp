// GitHub-flavoured Markdown for a job summary or a comment on a pull request.
#pragma once

#include <string>

#include "reports/conformance/results.hpp"

namespace weir::reports {

/// Verdict, a table of what fails with how to see it again, and every check in a fold.
std::string render_markdown(const Results& results);

/// The verdict alone, with the counts and what is wrong with the run itself.
std::string render_markdown_head(const Results& results);

}  // namespace weir::reports
