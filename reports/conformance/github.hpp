// What GitHub Actions shows of a run: annotations, and the summary of the step.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "reports/conformance/results.hpp"

namespace weir::reports {

/// GitHub shows ten errors and ten warnings of a step.
inline constexpr std::size_t kAnnotations = 10;
/// And refuses the summary of a step that is larger.
inline constexpr std::size_t kSummaryBytes = 1024 * 1024;

/// Workflow commands, one a line: an error for what counts against the target or kept it from being judged, a warning
/// for what does not fail the run. Of more than GitHub shows, the last one counts and names the rest.
std::string github_annotations(const Results& results);

/// The Markdown report, or its head where the whole would have more than `max` bytes.
std::string github_summary(const Results& results, std::size_t max = kSummaryBytes);

/// Appends the summary to the file of GITHUB_STEP_SUMMARY, within what that has room for.
tl::expected<void, std::string> append_github_summary(const Results& results, const std::string& path);

/// As GitHub wants it after `::`; what the runner would take for the end of a line, or for another command, is none.
std::string escaped_data(std::string_view text);
/// And between `::` and `::`, where a comma or colon would end a value.
std::string escaped_property(std::string_view text);

}  // namespace weir::reports
