#include "reports/conformance/console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

#include "reports/conformance/digest.hpp"
#include "reports/draw/paint.hpp"
#include "reports/draw/wrap.hpp"
#include "wire/base/text.hpp"

namespace weir::reports {
namespace {

constexpr std::size_t kMargin = 2;         // Before a verdict, as in the list of every check.
constexpr std::size_t kIndent = 8;         // Below a verdict, which is four letters long.
constexpr std::size_t kNameWidth = 9;      // "expected" and a blank.
constexpr std::size_t kDetailLines = 3;    // Of one detail; --verbose has the rest.
constexpr std::size_t kFixLines = 10;      // What to change is read to its end.
constexpr std::size_t kNamedFailures = 6;  // In the last line.
constexpr std::size_t kReasonsWhole = 14;  // Why something is not verified; of more, the first ones alone, so that
constexpr std::size_t kReasonsShown = 10;  // the findings begin on the first screen.

struct Label {
  std::string_view text;
  Colour colour;
};

Label coloured_label(const CheckResult& check) {
  const bool bad = check.verdict == Verdict::fail || check.verdict == Verdict::warn;
  if (bad && check.excused) { return {"excused", Colour::dim}; }
  switch (check.verdict) {
    case Verdict::pass:
      return {"pass", Colour::green};
    case Verdict::fail:
      return {"FAIL", Colour::red};
    case Verdict::warn:
      return {"warn", Colour::yellow};
    case Verdict::not_applicable:
      return {"n/a", Colour::dim};
    case Verdict::untestable:
      return {"untestable", Colour::dim};
    case Verdict::error:
      return {"ERROR", Colour::magenta};
  }
  return {"ERROR", Colour::magenta};
}

class ConsoleWriter {
 public:
  explicit ConsoleWriter(const ConsoleOptions& options) : options_(options) {}

  void blank() { line(""); }
  std::string take() { return std::move(out_); }
  /// However quiet: a run that verified or asked less must not look like one that did all.
  void caveats(const Results& results);
  void head(const Results& results);
  void every_check(const Results& results);
  void unverified(const Digest& digest);
  void excused(const std::vector<Row>& rows);
  void rows(const std::vector<Row>& rows);
  void preflight(const Results& results);
  void tools_lock(const ToolsLock& lock);
  void end(const Results& results, const Digest& digest);

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }
  std::string painted(std::string_view text, Colour colour) const {
    return options_.colour ? reports::painted(text, colour) : std::string(text);
  }
  void detail(std::string_view name, std::string_view value, std::size_t lines = kDetailLines);
  void row(const Row& row);

  const ConsoleOptions& options_;
  std::string out_;
};

void ConsoleWriter::caveats(const Results& results) {
  if (!results.checkset.empty()) {
    line("  asked what {} asked, and nothing newer", wire::printable(results.checkset));
  }
  if (!results.tls_verified) { line("  {}", painted("TLS certificates were not verified", Colour::yellow)); }
}

void ConsoleWriter::head(const Results& results) {
  if (options_.quiet) { return caveats(results); }
  line("{}  {}", painted(wire::printable(results.target_name), Colour::bold), wire::printable(results.target_url));
  for (const EraFound& era : results.eras) {
    std::string text = wire::printable(describe_eras({era}));
    if (!era.server_name.empty()) { text += wire::printable("  " + era.server_name + " " + era.server_version); }
    if (era.tools >= 0) { text += fmt::format("  {} tool{}", era.tools, era.tools == 1 ? "" : "s"); }
    line("  {}", text);
    if (!era.capabilities.empty()) {
      line("    {}", wire::printable(fmt::format("{}", fmt::join(era.capabilities, ", "))));
    }
  }
  caveats(results);
}

/// Whole where all is wanted, so that it can be copied; else in the columns of a terminal.
void ConsoleWriter::detail(std::string_view name, std::string_view value, std::size_t lines) {
  if (value.empty()) { return; }
  const std::string text = wire::printable(value);
  const std::string indent(kIndent, ' ');
  if (options_.verbose) { return line("{}{:<{}}{}", indent, name, kNameWidth, text); }
  std::string_view shown = name;
  for (const std::string& part : wrapped(text, kColumns - kIndent - kNameWidth, lines)) {
    line("{}{:<{}}{}", indent, shown, kNameWidth, part);
    shown = "";
  }
}

void ConsoleWriter::row(const Row& row) {
  const CheckResult& check = row.check();
  const Label label = coloured_label(check);
  line("");
  std::string where(to_string(check.level));
  if (const std::string judged = row.judged_by(); !judged.empty()) { where += ", " + judged; }
  line("{}{}{}{}", std::string(kMargin, ' '), painted(label.text, label.colour),
       std::string(kIndent - kMargin - label.text.size(), ' '), painted(wire::printable(check.id), Colour::bold));
  const std::size_t width = options_.verbose ? std::string::npos / 2 : kColumns - kIndent;
  for (const std::string& part : wrapped(wire::printable(check.title), width, kDetailLines)) {
    line("{}{}", std::string(kIndent, ' '), part);
  }
  detail("level", where);
  if (check.expected.empty()) { detail("seen", check.message); }
  detail("expected", check.expected);
  detail("got", check.got);
  detail("hurts", check.consequence);
  detail("hop", check.hop);
  detail("fix", check.fix, kFixLines);
  detail("source", check.source);
  if (row.explains > 0) { detail("hides", fmt::format("{} more that could not be verified for it", row.explains)); }
  if (!options_.verbose) { return; }
  detail("rule", fmt::format("{}", fmt::join(check.requirements, ", ")));
  for (const std::string& evidence : check.evidence) { detail("evidence", evidence); }
  detail("again", check.curl);
}

void ConsoleWriter::rows(const std::vector<Row>& rows) {
  for (const Row& one : rows) { row(one); }
}

void ConsoleWriter::excused(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const CheckResult& check = row.check();
    std::string reason = check.excused->reason;
    if (!check.excused->expires.empty()) { reason += " (until " + check.excused->expires + ")"; }
    line("{}", clipped(fmt::format("excused: {}, {}", wire::printable(check.id), wire::printable(reason)),
                       options_.verbose ? std::string::npos / 2 : kColumns));
  }
}

/// A line for each, by area.
void ConsoleWriter::every_check(const Results& results) {
  std::string_view area;
  for (const CheckResult& check : results.checks) {
    if (check.area != area) { line("\n{}", painted(wire::printable(check.area), Colour::bold)); }
    area = check.area;
    const Label label = coloured_label(check);
    const std::string where = judged_by(check);
    line("  {}{}{}  {}{}", painted(label.text, label.colour), std::string(12 - label.text.size(), ' '),
         wire::printable(check.id), wire::printable(check.message.empty() ? check.title : check.message),
         where.empty() ? "" : painted("  [" + wire::printable(where) + "]", Colour::dim));
  }
  line("");
}

void ConsoleWriter::unverified(const Digest& digest) {
  line("");
  if (digest.not_applicable > 0) {
    line("Not applicable: {}{}", digest.not_applicable, options_.verbose ? "" : " (--verbose lists them)");
  }
  if (digest.unverified.empty()) { return; }
  line("Not verified, and why:");
  const std::size_t reasons = digest.unverified.size();
  const std::size_t shown = options_.verbose || reasons <= kReasonsWhole ? reasons : kReasonsShown;
  for (const Unverified& one : std::span(digest.unverified).first(shown)) {
    const std::string by = one.changed_by.empty() ? "" : "  -> " + one.changed_by;
    const std::string reason = wire::printable(one.reason);
    const std::size_t width = options_.verbose ? std::string::npos / 2 : kColumns - 6 - columns_of(by);
    line("{:>4}  {}{}", one.results.size(), clipped(reason, width), painted(by, Colour::yellow));
  }
  if (shown == reasons) { return; }
  std::size_t left = 0;
  for (const Unverified& one : std::span(digest.unverified).subspan(shown)) { left += one.results.size(); }
  line("{:>4}  for {} more reasons (--verbose lists them)", left, reasons - shown);
}

void ConsoleWriter::tools_lock(const ToolsLock& lock) {
  if (options_.quiet && lock.changes.empty()) { return; }
  line("Tools: {}, {}", wire::printable(lock.path),
       lock.written           ? "written in this run"
       : lock.changes.empty() ? "no change"
                              : fmt::format("fails from '{}' on", wire::printable(lock.gate)));
  for (const ToolChange& change : lock.changes) {
    line("  {:<10}  {}{}  {}", wire::printable(change.severity), wire::printable(change.tool),
         wire::printable(change.pointer), wire::printable(change.message));
  }
}

void ConsoleWriter::preflight(const Results& results) {
  const PreflightFailure& failure = *results.preflight;
  if (!options_.quiet) {
    for (const std::string& evidence : failure.evidence) { line("  seen   {}", wire::printable(evidence)); }
    if (!failure.curl.empty()) { line("  again  {}", wire::printable(failure.curl)); }
  }
  if (!failure.fix.empty()) { line("  fix    {}", wire::printable(failure.fix)); }
  // Last, as of every run: what reads one line of a log reads the verdict.
  line("Conformance: {}  {}  {}: {}", painted(headline(results.exit_code), colour_of(results.exit_code)),
       wire::printable(results.target_url), wire::printable(failure.cause), wire::printable(failure.message));
}

void ConsoleWriter::end(const Results& results, const Digest& digest) {
  for (const std::string& problem : results.problems) {
    line("{} {}", painted("Problem:", Colour::yellow), wire::printable(problem));
  }
  // What a good target is that is no MCP endpoint, nothing else says.
  const bool plain = !results.eras.empty() && results.eras.front().era == "none";
  const bool telling = (results.exit_code != ExitCode::good && digest.failed > 0) || plain;
  if (telling && !results.exit_reason.empty()) { line("{}", wire::printable(results.exit_reason)); }
  for (const std::string& part : wrapped(counts_line(results), kColumns, kDetailLines)) { line("{}", part); }
  const std::string verdict = verdict_line(results, digest, options_.verbose ? results.checks.size() : kNamedFailures);
  const std::size_t word = headline(results.exit_code).size();
  line("Conformance: {}{}", painted(verdict.substr(0, word), colour_of(results.exit_code)), verdict.substr(word));
}

}  // namespace

std::string render_console(const Results& results, const ConsoleOptions& options) {
  ConsoleWriter writer(options);
  if (results.preflight) {
    writer.preflight(results);
    return writer.take();
  }
  const Digest digest = reports::digest(results);
  writer.head(results);
  if (options.verbose) { writer.every_check(results); }
  if (!options.quiet) {
    writer.unverified(digest);
    writer.excused(digest.excused);
    writer.rows(digest.warnings);
  }
  writer.rows(digest.errors);
  writer.rows(digest.failures);
  if (!options.quiet) { writer.blank(); }
  if (results.tools_lock) { writer.tools_lock(*results.tools_lock); }
  writer.end(results, digest);
  return writer.take();
}

}  // namespace weir::reports
