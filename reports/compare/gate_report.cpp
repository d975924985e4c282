#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json.hpp>

#include "reports/compare/gate.hpp"
#include "reports/conformance/json.hpp"
#include "reports/draw/json_values.hpp"
#include "reports/draw/paint.hpp"
#include "wire/base/text.hpp"
#include "wire/json/pretty_json.hpp"

namespace weir::reports::compare {
namespace {

namespace json = boost::json;

std::string where(const GateChange& change) {
  CheckResult place;
  place.endpoint = change.endpoint;
  place.era = change.era;
  place.revisions = change.revisions;
  return judged_by(place);
}

std::string times(const GateChange& change) {
  return fmt::format("{} -> {}", wire::readable_time(change.before_ms), wire::readable_time(change.after_ms));
}

class GateWriter {
 public:
  explicit GateWriter(const ConsoleOptions& options) : options_(options) {}

  std::string write(const GateComparison& comparison) && {
    if (!options_.quiet) { head(comparison); }
    // What matters most stands last, where the eye is.
    if (!options_.quiet) {
      list("slower", comparison.slower, Colour::dim);
      list("newly passing", comparison.newly_passing, Colour::green);
      list("not good, and not asked before", comparison.first_asked, Colour::yellow);
      list("newly warned", comparison.newly_warned, Colour::yellow);
    }
    list("newly unverified", comparison.newly_unverified, Colour::yellow);
    list("newly failing", comparison.newly_failing, Colour::red);
    const bool worse = comparison.exit_code != ExitCode::good;
    out_ +=
        fmt::format("Compared: {}  {} newly failing  {} newly passing  {} newly unverified  {} slower  {} unchanged\n",
                    painted(worse ? "WORSE" : "NOT WORSE", colour_of(comparison.exit_code)),
                    comparison.newly_failing.size(), comparison.newly_passing.size(),
                    comparison.newly_unverified.size(), comparison.slower.size(), comparison.unchanged);
    return std::move(out_);
  }

 private:
  std::string painted(std::string_view text, Colour colour) const {
    return options_.colour ? reports::painted(text, colour) : std::string(text);
  }
  void run(std::string_view which, const GateRun& run) {
    out_ += fmt::format("  {}  {}  {} pass  {} fail  {} warn  {} untestable  {}\n", which,
                        wire::printable(run.started_at), run.summary.pass, run.summary.fail, run.summary.warn,
                        run.summary.untestable, wire::readable_time(run.duration_ms));
  }
  void head(const GateComparison& comparison) {
    out_ += fmt::format("{}  {}\n", painted(wire::printable(comparison.after.target_name), Colour::bold),
                        wire::printable(comparison.after.target_url));
    run("before", comparison.before);
    run("after ", comparison.after);
    for (const std::string& note : comparison.notes) { out_ += fmt::format("  {}\n", wire::printable(note)); }
  }
  void list(std::string_view title, const std::vector<GateChange>& changes, Colour colour) {
    if (changes.empty()) { return; }
    out_ += fmt::format("{} ({})\n", painted(title, colour), changes.size());
    const bool is_slower = title == "slower";
    for (const GateChange& change : changes) {
      const std::string place = where(change);
      out_ += fmt::format("  {}  {}{}\n", wire::printable(change.id),
                          is_slower ? times(change) : fmt::format("{} -> {}", change.before, change.after),
                          place.empty() ? "" : painted("  [" + wire::printable(place) + "]", Colour::dim));
      const auto detail = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) { out_ += fmt::format("      {:<4} {}\n", name, wire::printable(value)); }
      };
      if (is_slower) { continue; }
      detail("asks", change.title);
      detail("now", change.message);
      detail("fix", change.fix);
    }
  }

  const ConsoleOptions& options_;
  std::string out_;
};

json::object run_json(const GateRun& run) {
  return {{"started_at", text(run.started_at)},
          {"tool_version", text(run.tool_version)},
          {"target", {{"name", text(run.target_name)}, {"url", text(run.target_url)}}},
          {"duration_ms", run.duration_ms},
          {"summary", summary_json(run.summary)}};
}

json::array changes_json(const std::vector<GateChange>& changes) {
  json::array out;
  for (const GateChange& change : changes) {
    out.push_back({{"id", text(change.id)},
                   {"title", text(change.title)},
                   {"level", to_string(change.level)},
                   {"endpoint", or_null(change.endpoint)},
                   {"era", or_null(change.era)},
                   {"revisions", texts(change.revisions)},
                   {"before", change.before},
                   {"after", change.after},
                   {"message", text(change.message)},
                   {"fix", or_null(change.fix)},
                   {"before_ms", change.before_ms},
                   {"after_ms", change.after_ms}});
  }
  return out;
}

}  // namespace

std::string console_text(const GateComparison& comparison, const ConsoleOptions& options) {
  return GateWriter(options).write(comparison);
}

std::string json_text(const GateComparison& comparison) {
  return wire::pretty_json({{"schema_version", kGateComparisonSchemaVersion},
                            {"report", "gate-comparison"},
                            {"before", run_json(comparison.before)},
                            {"after", run_json(comparison.after)},
                            {"notes", texts(comparison.notes)},
                            {"newly_failing", changes_json(comparison.newly_failing)},
                            {"newly_passing", changes_json(comparison.newly_passing)},
                            {"newly_unverified", changes_json(comparison.newly_unverified)},
                            {"newly_warned", changes_json(comparison.newly_warned)},
                            {"first_asked", changes_json(comparison.first_asked)},
                            {"slower", changes_json(comparison.slower)},
                            {"unchanged", comparison.unchanged},
                            {"exit_code", static_cast<int>(comparison.exit_code)}});
}

}  // namespace weir::reports::compare
