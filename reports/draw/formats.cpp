#include "reports/draw/formats.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "wire/base/nearest.hpp"
#include "wire/base/text.hpp"

namespace weir::reports {
namespace {

constexpr std::array kFormats = {Format::console, Format::json,       Format::junit, Format::markdown,
                                 Format::html,    Format::prometheus, Format::sarif};

}  // namespace

std::string_view to_string(Format format) {
  switch (format) {
    case Format::console:
      return "console";
    case Format::json:
      return "json";
    case Format::junit:
      return "junit";
    case Format::markdown:
      return "markdown";
    case Format::html:
      return "html";
    case Format::prometheus:
      return "prometheus";
    case Format::sarif:
      return "sarif";
  }
  return "json";
}

tl::expected<Format, std::string> parse_format(std::string_view name) {
  for (const Format format : kFormats) {
    if (to_string(format) == name) { return format; }
  }
  std::vector<std::string_view> names;
  for (const Format format : kFormats) { names.push_back(to_string(format)); }
  return tl::unexpected(fmt::format("unknown report format '{}'{} (there are {})", wire::printable(name.substr(0, 60)),
                                    wire::did_you_mean(name, names), fmt::join(names, ", ")));
}

tl::expected<ReportSpec, std::string> parse_report_spec(std::string_view text) {
  const std::size_t equals = text.find('=');
  const auto format = parse_format(text.substr(0, equals));
  if (!format) { return tl::unexpected(format.error()); }
  if (equals == std::string_view::npos || equals + 1 == text.size()) {
    return tl::unexpected(
        fmt::format("the report '{}' names no file: write {}=PATH", to_string(*format), to_string(*format)));
  }
  return ReportSpec{*format, std::string(text.substr(equals + 1))};
}

}  // namespace weir::reports
