// The reports of a conformance run, in every format.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "reports/conformance/results.hpp"
#include "reports/draw/formats.hpp"

namespace weir::reports {

std::string render(const Results& results, Format format, const ConsoleOptions& console = {});

tl::expected<void, std::string> write_report(const Results& results, const ReportSpec& spec);

}  // namespace weir::reports
