#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "reports/draw/paint.hpp"
#include "reports/judge/format.hpp"
#include "reports/judge/measures.hpp"
#include "reports/judge/validity.hpp"
#include "reports/load/tables.hpp"
#include "reports/load/writers.hpp"
#include "wire/base/duration.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

class ConsoleWriter {
 public:
  ConsoleWriter(const LoadResults& results, const ConsoleOptions& options)
      : results_(results), options_(options), all_(scope_of(results.total, results.layout, "", "")) {}

  std::string take() { return std::move(out_); }
  void head();
  void streams();
  void endings();
  void tables();
  void thresholds();
  void phases();
  void validity();
  void verdict();

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }
  void fact(std::string_view name, std::string_view text) { line("  {:<12}{}", name, text); }
  std::string painted(std::string_view text, Colour colour) const {
    return options_.colour ? reports::painted(text, colour) : std::string(text);
  }
  void title(std::string_view text) { line("\n{}", painted(text, Colour::bold)); }
  void table(const Table& table);

  const LoadResults& results_;
  const ConsoleOptions& options_;
  const Scope all_;
  std::string out_;
};

/// The first column to the left, numbers to the right.
void ConsoleWriter::table(const Table& table) {
  if (table.rows.empty()) { return; }
  std::vector<std::size_t> widths;
  for (const std::string& head : table.head) { widths.push_back(head.size()); }
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) { widths[i] = std::max(widths[i], row[i].size()); }
  }
  const auto print = [&](const std::vector<std::string>& cells, Colour colour) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      text += i == 0 ? fmt::format("  {:<{}}", cells[i], widths[i]) : fmt::format("  {:>{}}", cells[i], widths[i]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    line("{}", painted(text, colour));
  };
  title(table.title);
  print(table.head, Colour::dim);
  for (const auto& row : table.rows) { print(row, Colour::none); }
}

void ConsoleWriter::head() {
  const RunInfo& run = results_.run;
  line("{}  {}", painted(wire::printable(run.target_name), Colour::bold), wire::printable(run.target_url));
  if (!run.tls_verified) { line("  {}", painted("TLS certificates were not verified", Colour::yellow)); }
  if (options_.quiet) { return; }
  std::string text =
      fmt::format("{}, {}, seed {}", readable_seconds(wire::seconds_of(results_.duration_ns)),
                  counted(static_cast<std::uint64_t>(std::max<std::int64_t>(0, run.workers)), "worker"), run.seed);
  if (!run.scenario.empty()) { text = wire::printable(run.scenario) + ": " + text; }
  line("  {}{}", run.started_at.empty() ? "" : wire::printable(run.started_at) + "  ", text);
  if (const std::string which = describe_identity(run); !which.empty()) { line("  {}", wire::printable(which)); }
  if (const std::string older = describe_not_counted(results_); !older.empty()) {
    line("  {}", painted(wire::printable(older), Colour::yellow));
  }
  if (!results_.complete) {
    line("  {}", painted("from a journal without an end: the run was killed", Colour::yellow));
  }
}

void ConsoleWriter::streams() {
  title(streams_title(results_));
  for (const std::string& text : stream_facts(results_)) { line("  {}", text); }
}

void ConsoleWriter::endings() {
  table(ends_table(results_));
  for (const std::string& cut : describe_cuts(results_)) { line("  {}", painted(cut, Colour::yellow)); }
  table(failures_table(results_));
  if (results_.search) { line("\n{}", describe_search(results_)); }
}

void ConsoleWriter::tables() {
  table(times_table(results_));
  if (const std::vector<std::string> facts = event_facts(results_); !facts.empty()) {
    title("Events");
    for (const std::string& text : facts) { line("  {}", text); }
  }
  table(calls_table(results_));
}

void ConsoleWriter::phases() {
  table(populations_table(results_));
  if (results_.phases.size() > 1) { table(phases_table(results_)); }
  if (results_.incidents.empty()) { return; }
  title("Incidents");
  for (const std::string& incident : results_.incidents) { line("  {}", wire::printable(incident)); }
}

void ConsoleWriter::thresholds() {
  const bool default_set = !results_.thresholds.empty() && results_.thresholds.front().by_default;
  if (!options_.quiet && !results_.thresholds.empty()) {
    title(default_set ? "Thresholds (defaults: the scenario has none)" : "Thresholds");
  }
  for (const ThresholdResult& one : results_.thresholds) {
    if (options_.quiet && one.passed) { continue; }
    line("  {}  {}", one.passed ? painted("pass", Colour::green) : painted("FAIL", Colour::red),
         wire::printable(one.message));
  }
}

void ConsoleWriter::validity() {
  for (const std::string& why : results_.invalid) {
    line("{} {}", painted("Invalid:", Colour::yellow), wire::printable(why));
  }
  if (options_.quiet) { return; }
  if (const std::string text = describe_validity(results_); !text.empty()) { line("\n{}", text); }
}

void ConsoleWriter::verdict() {
  const std::string_view word = headline(results_.exit_code);
  if (results_.phases.empty()) {
    line("Load: {}  {}", painted(word, colour_of(results_.exit_code)), wire::printable(results_.exit_reason));
    return;
  }
  line("{}", wire::printable(results_.exit_reason));
  line("Load: {}  {}", painted(word, colour_of(results_.exit_code)), summary_of(results_));
}

}  // namespace

std::string console_report(const LoadResults& results, const ConsoleOptions& options) {
  ConsoleWriter writer(results, options);
  writer.head();
  if (!options.quiet && !results.phases.empty()) {
    writer.streams();
    writer.endings();
    writer.tables();
    writer.phases();
  }
  writer.thresholds();
  writer.validity();
  writer.verdict();
  return writer.take();
}

}  // namespace weir::reports::load
