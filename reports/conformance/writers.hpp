// Which report goes where: `--report junit=out/weir.xml`.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "reports/conformance/console.hpp"
#include "reports/conformance/results.hpp"

namespace weir::reports {

enum class Format { console, json, junit, markdown };
std::string_view to_string(Format format);

/// The error is one line that names the formats there are and the nearest one.
tl::expected<Format, std::string> parse_format(std::string_view name);

struct ReportSpec {
  Format format = Format::json;
  std::string path;  ///< "-" is the standard output.
};

/// "junit=out/weir.xml"
tl::expected<ReportSpec, std::string> parse_report_spec(std::string_view text);

std::string render(const Results& results, Format format, const ConsoleOptions& console = {});

/// Replaces a regular file as a whole or not at all; anything else (a pipe, /dev/stdout) is written to. The error is
/// one sentence that names the path.
tl::expected<void, std::string> write_file(const std::string& path, std::string_view content);
tl::expected<void, std::string> write_report(const Results& results, const ReportSpec& spec);

}  // namespace weir::reports
