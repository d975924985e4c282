#include <array>
#include <boost/json.hpp>

#include "reports/compare/trend.hpp"
#include "reports/draw/json_values.hpp"
#include "reports/draw/paint.hpp"
#include "wire/base/text.hpp"
#include "wire/json/pretty_json.hpp"

namespace weir::reports::compare {
namespace {

namespace json = boost::json;

/// Lower one eighth block to full block (U+2581 to U+2588).
constexpr std::array<std::string_view, 8> kEighths = {"\u2581", "\u2582", "\u2583", "\u2584",
                                                      "\u2585", "\u2586", "\u2587", "\u2588"};

std::string number(double value, load::Unit unit) { return load::readable(unit, value); }

std::string change_text(const Series& series, const LevelChange& change) {
  std::string out = fmt::format("{} since {}: {} -> {}", change.worse ? "worse" : "better", change.since,
                                number(change.before, series.unit), number(change.after, series.unit));
  if (!change.acknowledged.empty()) { out += fmt::format(" (acknowledged: {})", wire::printable(change.acknowledged)); }
  return out;
}

Colour colour_of(const LevelChange& change) {
  if (!change.acknowledged.empty()) { return Colour::dim; }
  return change.worse ? Colour::red : Colour::green;
}

}  // namespace

std::string sparkline(const std::vector<double>& values, std::size_t most) {
  const std::size_t from = values.size() > most ? values.size() - most : 0;
  if (from == values.size()) { return ""; }
  const auto [least, greatest] = std::minmax_element(values.begin() + static_cast<std::ptrdiff_t>(from), values.end());
  std::string out;
  for (std::size_t i = from; i < values.size(); ++i) {
    const double share = *greatest > *least ? (values[i] - *least) / (*greatest - *least) : 0.5;
    out += kEighths[std::min(kEighths.size() - 1, static_cast<std::size_t>(share * kEighths.size()))];
  }
  return out;
}

std::string console_text(const Trend& trend, const ConsoleOptions& options) {
  const auto painted = [&](std::string_view text, Colour colour) {
    return options.colour ? reports::painted(text, colour) : std::string(text);
  };
  std::string out;
  std::string_view of, phase;
  for (const Series& series : trend.series) {
    if (options.quiet && series.changes.empty()) { continue; }
    if (series.of != of) {
      out += fmt::format("{}{}\n", out.empty() ? "" : "\n", painted(wire::printable(series.of), Colour::bold));
    }
    if ((series.of != of || series.phase != phase) && !series.phase.empty()) {
      out += fmt::format("  {}\n", wire::printable(series.phase));
    }
    of = series.of;
    phase = series.phase;
    out += fmt::format("    {:<36} {:>10}  {}\n", wire::printable(series.measure),
                       number(series.values.back(), series.unit), sparkline(series.values));
    for (const LevelChange& change : series.changes) {
      out += fmt::format("      {}\n", painted(change_text(series, change), colour_of(change)));
    }
  }
  if (!out.empty()) { out += '\n'; }
  for (const std::string& why : trend.left_out) { out += fmt::format("left out  {}\n", wire::printable(why)); }
  for (const std::string& stale : trend.stale) { out += fmt::format("stale     {}\n", wire::printable(stale)); }
  const std::string_view word = trend.exit_code == ExitCode::target_fails ? "WORSE"
                                : trend.exit_code == ExitCode::good       ? "STEADY"
                                                                          : "INCONCLUSIVE";
  return out + fmt::format("Trend: {}  {}\n", painted(word, reports::colour_of(trend.exit_code)),
                           wire::printable(trend.exit_reason));
}

std::string json_text(const Trend& trend) {
  json::array all;
  for (const Series& series : trend.series) {
    json::array nights, changes;
    for (std::size_t i = 0; i < series.values.size(); ++i) {
      nights.push_back({{"started_at", text(series.nights[i])}, {"value", series.values[i]}});
    }
    for (const LevelChange& change : series.changes) {
      changes.push_back({{"since", text(change.since)},
                         {"night", change.night},
                         {"before", change.before},
                         {"after", change.after},
                         {"verdict", change.worse ? "worse" : "better"},
                         {"acknowledged", or_null(change.acknowledged)}});
    }
    all.push_back({{"of", text(series.of)},
                   {"phase", or_null(series.phase)},
                   {"measure", text(series.measure)},
                   {"unit", load::to_string(series.unit)},
                   {"nights", std::move(nights)},
                   {"changes", std::move(changes)}});
  }
  return wire::pretty_json({{"schema_version", kTrendSchemaVersion},
                            {"report", "trend"},
                            {"series", std::move(all)},
                            {"left_out", texts(trend.left_out)},
                            {"stale", texts(trend.stale)},
                            {"exit_code", static_cast<int>(trend.exit_code)},
                            {"exit_reason", text(trend.exit_reason)}});
}

}  // namespace weir::reports::compare
