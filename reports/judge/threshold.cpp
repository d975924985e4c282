#include "reports/judge/threshold.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

#include "reports/judge/measures.hpp"
#include "reports/judge/search.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

constexpr std::size_t kTextBytes = 512;
constexpr std::array<std::string_view, 6> kComparisons = {"<=", ">=", "==", "!=", "<", ">"};

struct Suffix {
  std::string_view name;
  Unit unit;
  double factor;
};
constexpr std::array kSuffixes = {Suffix{"ns", Unit::seconds, 1e-9},
                                  Suffix{"us", Unit::seconds, 1e-6},
                                  Suffix{"ms", Unit::seconds, 1e-3},
                                  Suffix{"s", Unit::seconds, 1},
                                  Suffix{"m", Unit::seconds, 60},
                                  Suffix{"h", Unit::seconds, 3600},
                                  Suffix{"%", Unit::ratio, 0.01},
                                  Suffix{"/s", Unit::per_second, 1},
                                  Suffix{"/m", Unit::per_second, 1.0 / 60},
                                  Suffix{"/h", Unit::per_second, 1.0 / 3600},
                                  Suffix{"B", Unit::bytes, 1},
                                  Suffix{"KB", Unit::bytes, 1e3},
                                  Suffix{"MB", Unit::bytes, 1e6},
                                  Suffix{"GB", Unit::bytes, 1e9},
                                  Suffix{"KiB", Unit::bytes, 1024},
                                  Suffix{"MiB", Unit::bytes, 1024.0 * 1024},
                                  Suffix{"GiB", Unit::bytes, 1024.0 * 1024 * 1024}};

/// Words, of which one in quotes may hold spaces; nullopt where a quote does not end.
std::optional<std::vector<std::string>> words_of(std::string_view text) {
  std::vector<std::string> out;
  for (text = wire::trimmed(text); !text.empty(); text = wire::trimmed(text)) {
    const char quote = text.front();
    const bool quoted = quote == '\'' || quote == '"';
    if (quoted) { text.remove_prefix(1); }
    const std::size_t end = quoted ? text.find(quote) : text.find_first_of(" \t");
    if (quoted && end == std::string_view::npos) { return std::nullopt; }
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + (quoted ? 1 : 0));
  }
  return out;
}

std::string suffixes_of(Unit unit) {
  std::vector<std::string_view> names;
  for (const Suffix& suffix : kSuffixes) {
    if (suffix.unit == unit) { names.push_back(suffix.name); }
  }
  return names.empty() ? "no unit" : fmt::format("{}", fmt::join(names, " "));
}

tl::expected<double, std::string> bound_of(std::string_view text, const MeasureRef& measure) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !std::isfinite(number)) {
    return tl::unexpected(fmt::format("'{}' is no number", wire::printable(text)));
  }
  const std::string_view suffix = wire::trimmed(std::string_view(end, text.data() + text.size()));
  if (suffix.empty()) { return number; }
  for (const Suffix& one : kSuffixes) {
    if (one.name == suffix && one.unit == measure.unit) { return number * one.factor; }
  }
  return tl::unexpected(fmt::format("'{}' does not fit {}, which is in {} (may be written with {})",
                                    wire::printable(suffix), measure.name, to_string(measure.unit),
                                    suffixes_of(measure.unit)));
}

bool holds(double value, std::string_view comparison, double bound) {
  if (comparison == "<") { return value < bound; }
  if (comparison == "<=") { return value <= bound; }
  if (comparison == ">") { return value > bound; }
  if (comparison == ">=") { return value >= bound; }
  if (comparison == "==") { return value == bound; }
  return value != bound;
}

/// The clauses of a threshold in the words of the layout; "" where they name what is not there.
std::string scope_words(const Threshold& threshold) {
  std::string out;
  if (!threshold.phase.empty()) { out += " in " + threshold.phase; }
  if (!threshold.population.empty()) { out += " of " + threshold.population; }
  if (!threshold.tool.empty()) { out += " for " + threshold.tool; }
  return out;
}

std::optional<PhaseResult> steps_together(const Layout& layout, std::string_view search,
                                          const std::vector<PhaseResult>& phases) {
  std::optional<PhaseResult> all;
  for (const PhaseResult& phase : phases) {
    if (!is_step_of(search, phase.info.name)) { continue; }
    if (!all) {
      all = phase;
      continue;
    }
    add_phase(*all, phase, layout);
  }
  return all;
}

}  // namespace

tl::expected<Threshold, std::string> parse_threshold(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return tl::unexpected(fmt::format("'{}': {}", wire::printable(text.substr(0, kTextBytes)), why));
  };
  if (text.size() > kTextBytes) { return bad("is too long"); }
  const std::size_t at = text.find_first_of("<>=!");
  if (at == std::string_view::npos) { return bad("has no comparison: write METRIC < VALUE"); }
  Threshold out;
  out.text = wire::trimmed(text);
  for (const std::string_view comparison : kComparisons) {
    if (!text.substr(at).starts_with(comparison)) { continue; }
    out.comparison = comparison;
    break;
  }
  if (out.comparison.empty()) { return bad("its comparison must be one of < <= > >= == !="); }
  const auto words = words_of(text.substr(0, at));
  if (!words) { return bad("has a quote that does not end"); }
  if (words->empty()) { return bad("names no metric: write METRIC < VALUE"); }
  out.measure = words->front();
  const auto measure = find_measure(out.measure);
  if (!measure) {
    const std::string near = nearest_measure(out.measure);
    return tl::unexpected(
        fmt::format("unknown metric '{}'{}", wire::printable(out.measure),
                    near.empty() ? " (run --help-scenario lists them)" : fmt::format(", did you mean '{}'?", near)));
  }
  for (std::size_t i = 1; i < words->size(); i += 2) {
    const std::string& clause = (*words)[i];
    std::string* into = clause == "in"    ? &out.phase
                        : clause == "of"  ? &out.population
                        : clause == "for" ? &out.tool
                                          : nullptr;
    if (into == nullptr) { return bad(fmt::format("'{}' must be 'in', 'of' or 'for'", wire::printable(clause))); }
    if (i + 1 == words->size()) { return bad(fmt::format("'{}' names nothing", clause)); }
    if (!into->empty()) { return bad(fmt::format("'{}' stands twice", clause)); }
    *into = (*words)[i + 1];
  }
  const auto bound = bound_of(wire::trimmed(text.substr(at + out.comparison.size())), *measure);
  if (!bound) { return bad(bound.error()); }
  out.bound = *bound;
  return out;
}

ThresholdResult judge(const Threshold& threshold, const Layout& layout, const PhaseResult& total,
                      const std::vector<PhaseResult>& phases) {
  ThresholdResult out;
  out.threshold = threshold;
  const auto measure = find_measure(threshold.measure);
  const std::string name = threshold.measure + scope_words(threshold);
  if (!measure) {
    out.message = fmt::format("{}: there is no such metric", name);
    return out;
  }
  const PhaseResult* span = threshold.phase.empty() ? &total : nullptr;
  for (const PhaseResult& phase : phases) {
    if (!threshold.phase.empty() && phase.info.name == threshold.phase) { span = &phase; }
  }
  const auto steps = span == nullptr ? steps_together(layout, threshold.phase, phases) : std::nullopt;
  if (steps) { span = &*steps; }
  if (span == nullptr) {
    out.message = fmt::format("{}: the run had no such phase, or ended before it", name);
    return out;
  }
  const std::string wanted = fmt::format("{} {}", threshold.comparison, readable(measure->unit, threshold.bound));
  const Scope scope = scope_of(*span, layout, threshold.population, threshold.tool);
  const auto measured = evaluate(*measure, scope);
  if (!measured) {
    const bool blind = threshold.measure.starts_with("events_lost") && scope.sum(Counter::reconnects_blind) > 0;
    out.message = fmt::format("{}: nothing was measured, wanted {}{}", name, wanted,
                              blind ? fmt::format(" ({})", describe_blind(scope)) : "");
    return out;
  }
  out.value = measured->value;
  out.passed = holds(measured->value, threshold.comparison, threshold.bound);
  out.message = fmt::format("{} {}, wanted {}{}", name, readable(measure->unit, measured->value), wanted,
                            measured->basis.empty() ? "" : fmt::format(" ({})", measured->basis));
  return out;
}

std::vector<Threshold> default_thresholds(const Layout& layout, const Snapshot& numbers) {
  std::vector<Threshold> out;
  const auto add = [&](std::string_view text) {
    if (auto threshold = parse_threshold(text)) { out.push_back(std::move(*threshold)); }
  };
  add("open_failure_ratio < 1%");
  add("stream_drop_ratio < 1%");
  add("streams_held_ratio >= 99%");
  add("streams_ceased_ratio < 1%");
  for (const Layout::Population& population : layout.populations) {
    if (population.tools.empty()) { continue; }
    add("calls_ok_ratio >= 99%");
    add("calls_duplicate_ratio < 1%");
    break;
  }
  const auto sum = [&](Counter counter) {
    std::uint64_t all = 0;
    for (const PopulationNumbers& one : numbers.populations) { all += one[counter]; }
    return all;
  };
  if (sum(Counter::events_sequenced) > 0) {
    // What streams missed that came back without an id is told, and no fault.
    if (sum(Counter::reconnects_blind) == 0) { add("events_lost_ratio < 1%"); }
    add("events_repeated_ratio < 1%");
  }
  return out;
}

std::vector<MeasureHelp> threshold_measures() {
  std::vector<MeasureHelp> out;
  for (MeasureRow& row : measure_rows()) {
    out.push_back({std::move(row.name), std::string(to_string(row.unit)), std::move(row.help)});
  }
  return out;
}

std::string threshold_help() {
  std::string out =
      "Thresholds: METRIC [in PHASE] [of POPULATION] [for TOOL] < VALUE, with < <= > >= == or !=.\n"
      "Units: ns us ms s m h for times, % for ratios, /s /m /h for rates, KB MB GB KiB MiB GiB for bytes; none means\n"
      "seconds, ratio, per second, bytes. Names with spaces stand in quotes. A metric without a sample fails.\n"
      "A run without thresholds must meet open_failure_ratio < 1%, stream_drop_ratio < 1%, streams_held_ratio >= 99%,\n"
      "streams_ceased_ratio < 1%; where it makes calls, calls_ok_ratio >= 99% and calls_duplicate_ratio < 1%; where\n"
      "events had a sequence number, events_lost_ratio < 1% and events_repeated_ratio < 1%.\n"
      "'stream_drop_ratio <= 1' as the only one asks for nothing.\n"
      "In a search, thresholds without 'in' judge each step.\n"
      "STAT is p50, p90, p99, p99.9 or any other pNN, max, min or mean.\n\n";
  for (const MeasureHelp& measure : threshold_measures()) {
    fmt::format_to(std::back_inserter(out), "  {:<30} {:<11} {}\n", measure.name, measure.unit, measure.help);
  }
  return out;
}

}  // namespace weir::reports::load
