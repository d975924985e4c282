#include <fmt/format.h>

#include <iterator>

#include "reports/draw/markdown_text.hpp"
#include "reports/load/tables.hpp"
#include "reports/load/writers.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

class MarkdownWriter {
 public:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }
  void list(const std::vector<std::string>& facts) {
    for (const std::string& fact : facts) { line("- {}", markdown_escaped(fact)); }
    if (!facts.empty()) { line(""); }
  }
  void table(const Table& table);
  void thresholds(const LoadResults& results);
  std::string take() { return std::move(out_); }

 private:
  void row(const std::vector<std::string>& cells) {
    out_ += '|';
    for (const std::string& cell : cells) { out_.append(" ").append(markdown_escaped(cell)).append(" |"); }
    out_ += '\n';
  }
  std::string out_;
};

void MarkdownWriter::table(const Table& table) {
  if (table.rows.empty()) { return; }
  line("### {}\n", table.title);
  row(table.head);
  out_ += "|---|";
  for (std::size_t i = 1; i < table.head.size(); ++i) { out_ += "---:|"; }
  out_ += '\n';
  for (const auto& cells : table.rows) { row(cells); }
  line("");
}

void MarkdownWriter::thresholds(const LoadResults& results) {
  if (results.thresholds.empty()) { return; }
  line("| Threshold | | Measured |");
  line("|---|---|---|");
  for (const ThresholdResult& one : results.thresholds) {
    line("| {}{} | {} | {} |", markdown_escaped(one.threshold.text), one.by_default ? " (default)" : "",
         one.passed ? "pass" : "**FAIL**", markdown_escaped(one.message));
  }
  line("");
}

}  // namespace

std::string markdown_report(const LoadResults& results) {
  const RunInfo& run = results.run;
  MarkdownWriter out;
  out.line("## {} Load: {}\n", mark_of(results.exit_code), headline(results.exit_code));
  out.line("**{}** {}\n", markdown_escaped(run.target_name), markdown_escaped(run.target_url));
  out.line("{} {}.\n", markdown_escaped(results.exit_reason), markdown_escaped(summary_of(results)));
  if (const std::string which = describe_identity(run); !which.empty()) {
    out.line("{}{}\n", run.started_at.empty() ? "" : markdown_escaped(run.started_at) + ", ", markdown_escaped(which));
  }
  if (const std::string older = describe_not_counted(results); !older.empty()) {
    out.line("{}\n", markdown_escaped(older));
  }
  for (const std::string& why : results.invalid) { out.line("- invalid: {}", markdown_escaped(why)); }
  if (!results.invalid.empty()) { out.line(""); }
  if (!run.tls_verified) { out.line("TLS certificates were not verified.\n"); }
  out.thresholds(results);
  out.list(stream_facts(results));
  out.list(describe_cuts(results));
  if (results.search) { out.line("{}\n", markdown_escaped(describe_search(results))); }
  out.table(ends_table(results));
  out.table(failures_table(results));
  out.table(times_table(results));
  out.list(event_facts(results));
  out.table(calls_table(results));
  out.table(populations_table(results));
  out.table(phases_table(results));
  out.list(results.incidents);
  if (const std::string text = describe_validity(results); !text.empty()) { out.line("{}\n", markdown_escaped(text)); }
  if (!run.command.empty()) { out.line("Again: <code>{}</code>", markdown_escaped(run.command)); }
  return out.take();
}

}  // namespace weir::reports::load
