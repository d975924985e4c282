#include "reports/conformance/markdown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "reports/conformance/digest.hpp"
#include "reports/draw/markdown_text.hpp"
#include "wire/base/text.hpp"

namespace weir::reports {
namespace {

/// Nothing in it could end the link early or make it something else.
bool is_plain_link(std::string_view url) {
  return url.starts_with("https://") && url.find_first_not_of(
                                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789-._~:/?#=&%+") == std::string_view::npos;
}

class MarkdownWriter {
 public:
  std::string take() { return std::move(out_); }

  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }
  void headline(const Results& results);
  void preflight(const PreflightFailure& failure);
  void failures(const Digest& digest);
  void unverified(const Digest& digest);
  void tools_lock(const ToolsLock& lock);
  void every_check(const Results& results);
  void code(std::string_view language, const std::vector<std::string>& lines);

 private:
  void details(const Row& row);
  std::string out_;
};

/// The fence is longer than any run of backticks inside, which therefore cannot end it (CommonMark 4.5).
void MarkdownWriter::code(std::string_view language, const std::vector<std::string>& lines) {
  std::size_t longest = 2, run = 0;
  for (const std::string& text : lines) {
    for (const char c : text) {
      run = c == '`' ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    run = 0;
  }
  const std::string fence(longest + 1, '`');
  line("{}{}", fence, language);
  for (const std::string& text : lines) { line("{}", wire::printable(text)); }
  line("{}\n", fence);
}

void MarkdownWriter::headline(const Results& results) {
  line("## {} Conformance: {}\n", mark_of(results.exit_code), reports::headline(results.exit_code));
  line("**{}** {}\n", markdown_escaped(results.target_name), markdown_escaped(results.target_url));
  if (!results.preflight) {
    const Summary& sum = results.summary;
    line("| Pass | Fail | Warn | Not applicable | Untestable | Error | Excused | Eras | Time |");
    line("|---:|---:|---:|---:|---:|---:|---:|---|---:|");
    line("| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", sum.pass, sum.fail, sum.warn, sum.not_applicable,
         sum.untestable, sum.error, sum.excused, markdown_escaped(describe_eras(results.eras)),
         wire::readable_time(results.duration_ms));
  }
  if (!results.preflight) {
    line("{}\n", markdown_escaped(verdict_line(results, digest(results), results.checks.size())));
  }
  if (!results.exit_reason.empty()) { line("{}\n", markdown_escaped(results.exit_reason)); }
  for (const std::string& problem : results.problems) { line("- {}", markdown_escaped(problem)); }
  if (!results.problems.empty()) { line(""); }
  if (!results.checkset.empty()) {
    line("Asked what {} asked, and nothing newer.\n", markdown_escaped(results.checkset));
  }
  if (!results.tls_verified) { line("TLS certificates were not verified.\n"); }
}

void MarkdownWriter::preflight(const PreflightFailure& failure) {
  line("**{}**: {}\n", markdown_escaped(failure.cause), markdown_escaped(failure.message));
  if (!failure.fix.empty()) { line("Fix: {}\n", markdown_escaped(failure.fix)); }
  if (!failure.evidence.empty()) { code("text", failure.evidence); }
  if (!failure.curl.empty()) { code("sh", {failure.curl}); }
}

void MarkdownWriter::details(const Row& row) {
  const CheckResult& check = row.check();
  line("<details><summary>{} {}</summary>\n", markdown_escaped(check.id), markdown_escaped(row.judged_by()));
  if (!check.consequence.empty()) { line("{}\n", markdown_escaped(check.consequence)); }
  if (!check.fix.empty()) { line("Fix: {}\n", markdown_escaped(check.fix)); }
  if (!check.requirements.empty()) {
    line("Requirements: {}\n", markdown_escaped(fmt::format("{}", fmt::join(check.requirements, ", "))));
  }
  if (is_plain_link(check.source)) { line("[Source]({})\n", check.source); }
  if (!check.curl.empty()) { code("sh", {check.curl}); }
  if (!check.evidence.empty()) { code("text", check.evidence); }
  line("</details>\n");
}

/// The most serious cause first; Weir's own errors before warnings.
void MarkdownWriter::failures(const Digest& digest) {
  std::vector<Row> bad = digest.failures;
  bad.insert(bad.end(), digest.errors.begin(), digest.errors.end());
  bad.insert(bad.end(), digest.warnings.begin(), digest.warnings.end());
  if (bad.empty()) { return; }
  line("| Verdict | Level | Check | Judged by | Expected | Got | Hop |");
  line("|---|---|---|---|---|---|---|");
  for (const Row& row : bad) {
    const CheckResult& check = row.check();
    const std::string& got = check.got.empty() ? check.message : check.got;
    line("| {} | {} | {} | {} | {} | {} | {} |", label_of(check), to_string(check.level), markdown_escaped(check.id),
         markdown_escaped(row.judged_by()), markdown_escaped(check.expected), markdown_escaped(got),
         markdown_escaped(check.hop));
  }
  line("");
  for (const Row& row : bad) { details(row); }
}

void MarkdownWriter::unverified(const Digest& digest) {
  if (!digest.unverified.empty()) {
    line("Not verified:\n");
    line("| Checks | Why | Changed by |");
    line("|---:|---|---|");
    for (const Unverified& one : digest.unverified) {
      line("| {} | {} | {} |", one.results.size(), markdown_escaped(one.reason), markdown_escaped(one.changed_by));
    }
    line("");
  }
  if (digest.not_applicable > 0) { line("Not applicable: {}.\n", digest.not_applicable); }
}

void MarkdownWriter::tools_lock(const ToolsLock& lock) {
  if (lock.changes.empty()) { return; }
  line("Tools against {}:\n", markdown_escaped(lock.path));
  line("| Severity | Tool | Where | Change |");
  line("|---|---|---|---|");
  for (const ToolChange& change : lock.changes) {
    line("| {} | {} | {} | {} |", markdown_escaped(change.severity), markdown_escaped(change.tool),
         markdown_escaped(change.pointer), markdown_escaped(change.message));
  }
  line("");
}

void MarkdownWriter::every_check(const Results& results) {
  if (results.checks.empty()) { return; }
  line("<details><summary>All {} checks</summary>\n", results.checks.size());
  line("| Verdict | Level | Check | Judged by | Seen | ms |");
  line("|---|---|---|---|---|---:|");
  for (const CheckResult& check : results.checks) {
    std::string said = check.message.empty() ? check.title : check.message;
    if (check.excused) { said += " (known: " + check.excused->reason + ")"; }
    line("| {} | {} | {} | {} | {} | {} |", label_of(check), to_string(check.level), markdown_escaped(check.id),
         markdown_escaped(judged_by(check)), markdown_escaped(said), check.duration_ms);
  }
  line("\n</details>");
}

}  // namespace

std::string render_markdown_head(const Results& results) {
  MarkdownWriter writer;
  writer.headline(results);
  return writer.take();
}

std::string render_markdown(const Results& results) {
  MarkdownWriter writer;
  writer.headline(results);
  if (results.preflight) {
    writer.preflight(*results.preflight);
    return writer.take();
  }
  const Digest digest = reports::digest(results);
  writer.failures(digest);
  writer.unverified(digest);
  if (results.tools_lock) { writer.tools_lock(*results.tools_lock); }
  writer.every_check(results);
  return writer.take();
}

}  // namespace weir::reports
