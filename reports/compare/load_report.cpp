#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>

#include "reports/compare/load.hpp"
#include "reports/draw/json_values.hpp"
#include "reports/draw/paint.hpp"
#include "wire/base/text.hpp"
#include "wire/json/pretty_json.hpp"

namespace weir::reports::compare {
namespace {

namespace json = boost::json;

Colour colour_of(Change change) {
  switch (change) {
    case Change::better:
      return Colour::green;
    case Change::worse:
      return Colour::red;
    case Change::same:
      return Colour::none;
    case Change::unknown:
      return Colour::dim;
  }
  return Colour::none;
}

std::string number(const std::optional<double>& value, load::Unit unit) {
  return value ? load::readable(unit, *value) : "-";
}

std::string ratio_text(double ratio) { return std::isfinite(ratio) ? fmt::format("{:.3f}", ratio) : "inf"; }

std::string name_of(const MeasureChange& one) {
  return one.scope.empty() ? one.measure : fmt::format("{} of {}", one.measure, one.scope);
}

std::string since(const MeasureChange& one) {
  return fmt::format("{} to {}", load::readable_seconds(one.from_seconds), load::readable_seconds(one.to_seconds));
}

class LoadWriter {
 public:
  explicit LoadWriter(const ConsoleOptions& options) : options_(options) {}

  std::string write(const LoadComparison& comparison) && {
    if (!options_.quiet) { head(comparison); }
    std::string_view phase;
    for (const MeasureChange& one : comparison.measures) {
      if (!shown(one)) { continue; }
      if (one.phase != phase) {
        out_ += fmt::format("\n{}\n  {:<44} {:>10} {:>10} {:>7}  {:<17} {}\n", wire::printable(one.phase), "measure",
                            "before", "after", "ratio", "99 % of it", "verdict");
      }
      phase = one.phase;
      row(one);
    }
    if (!out_.empty()) { out_ += '\n'; }
    if (comparison.first) {
      const MeasureChange& one = comparison.measures[*comparison.first];
      out_ += fmt::format("What changed first: {} in {}, {} of the later run ({} -> {})\n",
                          wire::printable(name_of(one)), wire::printable(one.phase), since(one),
                          number(one.before, one.unit), number(one.after, one.unit));
    }
    const std::string_view word = comparison.exit_code == ExitCode::target_fails ? "WORSE"
                                  : comparison.exit_code == ExitCode::good       ? "NOT WORSE"
                                                                                 : "INCONCLUSIVE";
    out_ += fmt::format("Compared: {}  {}\n", painted(word, reports::colour_of(comparison.exit_code)),
                        comparison.exit_reason);
    return std::move(out_);
  }

 private:
  std::string painted(std::string_view text, Colour colour) const {
    return options_.colour && colour != Colour::none ? reports::painted(text, colour) : std::string(text);
  }
  bool shown(const MeasureChange& one) const {
    if (options_.verbose) { return true; }
    if (options_.quiet) { return one.change == Change::worse; }
    return one.change != Change::unknown || one.vanished;
  }
  void head(const LoadComparison& comparison) {
    out_ += fmt::format("{}  {}\n", painted(wire::printable(comparison.after.target_name), Colour::bold),
                        wire::printable(comparison.after.target_url));
    const auto run = [&](std::string_view which, const load::RunInfo& info, double seconds) {
      out_ += fmt::format("  {}  {}  {}  {}\n", which, wire::printable(info.started_at), wire::printable(info.scenario),
                          load::readable_seconds(seconds));
    };
    run("before", comparison.before, comparison.before_seconds);
    run("after ", comparison.after, comparison.after_seconds);
    for (const std::string& note : comparison.notes) { out_ += fmt::format("  {}\n", wire::printable(note)); }
  }
  void row(const MeasureChange& one) {
    const bool known = one.change != Change::unknown;
    const std::string interval =
        known ? fmt::format("{}-{}", ratio_text(one.evidence.low), ratio_text(one.evidence.high)) : "";
    const std::string why = !known && !one.why_unknown.empty() ? ": " + one.why_unknown : "";
    const bool changed = one.change == Change::worse || one.change == Change::better;
    out_ += fmt::format("  {:<44} {:>10} {:>10} {:>7}  {:<17} {}{}{}\n", wire::printable(name_of(one)),
                        number(one.before, one.unit), number(one.after, one.unit),
                        known ? ratio_text(one.evidence.ratio) : "-", interval,
                        painted(to_string(one.change), compare::colour_of(one.change)), why,
                        changed && one.from_seconds >= 0 ? ", " + since(one) : "");
  }

  const ConsoleOptions& options_;
  std::string out_;
};

json::value known(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? json::value(*value) : json::value(nullptr);
}

json::object measure_json(const MeasureChange& one) {
  const bool judged = one.change != Change::unknown;
  const auto of_evidence = [&](double value) { return judged ? known(value) : json::value(nullptr); };
  const auto second = [](double value) { return value < 0 ? json::value(nullptr) : json::value(value); };
  return {{"phase", text(one.phase)},
          {"scope", or_null(one.scope)},
          {"measure", text(one.measure)},
          {"unit", load::to_string(one.unit)},
          {"before", known(one.before)},
          {"after", known(one.after)},
          {"ratio", of_evidence(one.evidence.ratio)},
          {"ratio_low", of_evidence(one.evidence.low)},
          {"ratio_high", of_evidence(one.evidence.high)},
          {"p_more", of_evidence(one.evidence.p_more)},
          {"p_less", of_evidence(one.evidence.p_less)},
          {"verdict", to_string(one.change)},
          {"why_unknown", or_null(one.why_unknown)},
          {"vanished", one.vanished},
          {"from_seconds", second(one.from_seconds)},
          {"to_seconds", second(one.to_seconds)}};
}

json::object run_json(const load::RunInfo& run, double seconds) {
  return {{"started_at", text(run.started_at)},
          {"tool_version", text(run.tool_version)},
          {"target", {{"name", text(run.target_name)}, {"url", text(run.target_url)}}},
          {"scenario", or_null(run.scenario)},
          {"duration_seconds", seconds}};
}

}  // namespace

std::string console_text(const LoadComparison& comparison, const ConsoleOptions& options) {
  return LoadWriter(options).write(comparison);
}

std::string json_text(const LoadComparison& comparison) {
  json::array measures;
  for (const MeasureChange& one : comparison.measures) { measures.push_back(measure_json(one)); }
  json::value first = nullptr;
  if (comparison.first) { first = measure_json(comparison.measures[*comparison.first]); }
  return wire::pretty_json({{"schema_version", kLoadComparisonSchemaVersion},
                            {"report", "load-comparison"},
                            {"before", run_json(comparison.before, comparison.before_seconds)},
                            {"after", run_json(comparison.after, comparison.after_seconds)},
                            {"confidence", kConfidence},
                            {"false_discovery_rate", kFalseDiscoveryRate},
                            {"notes", texts(comparison.notes)},
                            {"measures", std::move(measures)},
                            {"changed_first", std::move(first)},
                            {"exit_code", static_cast<int>(comparison.exit_code)},
                            {"exit_reason", text(comparison.exit_reason)}});
}

}  // namespace weir::reports::compare
