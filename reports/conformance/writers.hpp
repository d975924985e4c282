// The reports of a conformance run, in every format.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "reports/conformance/results.hpp"
#include "reports/draw/formats.hpp"

namespace weir::reports {

std::string render(const Results& results, Format format, const ConsoleOptions& console = {});

tl::expected<void, std::string> write_report(const Results& results, const ReportSpec& spec);

/// When the target passed last, in seconds since 1970, as the file of metrics says that stands there; 0 where nothing
/// can be read of it.
std::int64_t last_success_at(const ReportSpec& spec, const Results& results);

}  // namespace weir::reports
