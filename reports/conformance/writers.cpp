#include "reports/conformance/writers.hpp"

#include "reports/conformance/console.hpp"
#include "reports/conformance/html.hpp"
#include "reports/conformance/json.hpp"
#include "reports/conformance/junit.hpp"
#include "reports/conformance/markdown.hpp"
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
  }
  return render_json(results);
}

tl::expected<void, std::string> write_report(const Results& results, const ReportSpec& spec) {
  return wire::write_file(spec.path, render(results, spec.format));
}

}  // namespace weir::reports
