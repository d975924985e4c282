// The report for programs, and back. Its schema is reports/schema/conformance-report.schema.json.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "reports/conformance/results.hpp"

namespace weir::reports {

inline constexpr std::size_t kReportBytes = 64 * 1024 * 1024;  ///< A JSON report that is read back.

std::string render_json(const Results& results);
/// The counts of a run, as every report for programs has them.
boost::json::object summary_json(const Summary& sum);

/// Errors name the place: "/checks/3/verdict must be one of pass, fail, ..., is 'maybe'". Unknown members are skipped;
/// a newer schema_version is an error.
tl::expected<Results, std::string> parse_json_report(std::string_view text);

}  // namespace weir::reports
