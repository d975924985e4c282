#include "reports/conformance/writers.hpp"

#include "reports/conformance/console.hpp"
#include "reports/conformance/html.hpp"
#include "reports/conformance/json.hpp"
#include "reports/conformance/junit.hpp"
#include "reports/conformance/markdown.hpp"
#include "reports/conformance/prometheus.hpp"
#include "reports/conformance/sarif.hpp"
#include "wire/base/files.hpp"

namespace weir::reports {

std::string render(const Results& results, Format format, const ConsoleOptions& console) {
  switch (format) {
    case Format::console:
      return render_console(results, console);
    case Format::json:
      return render_json(results);
    case Format::junit:
      return render_junit(results);
    case Format::markdown:
      return render_markdown(results);
    case Format::html:
      return render_html(results);
    case Format::prometheus:
      return render_prometheus(results);
    case Format::sarif:
      return render_sarif(results);
  }
  return render_json(results);
}

tl::expected<void, std::string> write_report(const Results& results, const ReportSpec& spec) {
  if (spec.format != Format::prometheus || spec.path == "-") {
    return wire::write_file(spec.path, render(results, spec.format));
  }
  return wire::write_file(spec.path, render_prometheus(results, last_success_at(spec, results)));
}

std::int64_t last_success_at(const ReportSpec& spec, const Results& results) {
  if (spec.path == "-") { return 0; }
  const auto before = wire::read_file(spec.path, kReportBytes);
  return before && *before ? last_success_in(**before, results) : 0;
}

}  // namespace weir::reports
