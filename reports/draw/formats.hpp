// Which report goes where: `--report junit=out/weir.xml`.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace weir::reports {

enum class Format { console, json, junit, markdown, html, prometheus, sarif };
std::string_view to_string(Format format);

/// The error is one line that names the formats there are and the nearest one.
tl::expected<Format, std::string> parse_format(std::string_view name);

struct ReportSpec {
  Format format = Format::json;
  std::string path;  ///< "-" is the standard output.
};

/// "junit=out/weir.xml"
tl::expected<ReportSpec, std::string> parse_report_spec(std::string_view text);

struct ConsoleOptions {
  bool colour = false;
  bool quiet = false;    ///< Failures and the summary only.
  bool verbose = false;  ///< A line for every check; else what passed is counted, one line for each area.
};

}  // namespace weir::reports
