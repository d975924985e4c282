#include "reports/conformance/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "reports/conformance/digest.hpp"
#include "reports/draw/page.hpp"
#include "wire/base/text.hpp"

namespace weir::reports {
namespace {

constexpr std::string_view kServer = "server";

/// "ALB, 60 s" and "ALB" are found at one hop.
std::string name_of_hop(const CheckResult& check) { return check.hop.substr(0, check.hop.find(',')); }

class HtmlWriter {
 public:
  std::string take() { return std::move(out_); }
  void head(const Results& results, const Digest& digest);
  void preflight(const PreflightFailure& failure);
  void path(const Results& results, const Digest& digest);
  void rows(std::string_view title, const std::vector<Row>& rows);
  void unverified(const Digest& digest);
  void tools_lock(const ToolsLock& lock);
  void every_check(const Results& results);
  void foot(const Results& results);

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }
  void tile(int count, std::string_view name, std::string_view kind);
  void detail(std::string_view name, std::string_view text);
  void block(std::string_view name, const std::vector<std::string>& lines, bool copied);
  void row(const Row& row);
  void hop(std::string_view name, const std::vector<const CheckResult*>& found);
  void choice(std::string_view name, std::string_view label, const std::set<std::string>& values);

  std::string out_;
};

void HtmlWriter::tile(int count, std::string_view name, std::string_view kind) {
  line("<li class=\"{}\"><b>{}</b> {}</li>", count > 0 ? kind : "dim", count, name);
}

void HtmlWriter::head(const Results& results, const Digest& digest) {
  line("<header>\n<h1>{}</h1>", html_escaped(results.target_name));
  line("<p>{}</p>", html_escaped(results.target_url));
  const std::string said = results.preflight
                               ? fmt::format("{}: {}", headline(results.exit_code), results.preflight->cause)
                               : verdict_line(results, digest, results.checks.size());
  line("<p class=\"verdict {}\">{}</p>", class_of(results.exit_code), html_escaped(said));
  if (!results.exit_reason.empty()) { line("<p>{}</p>", html_escaped(results.exit_reason)); }
  for (const std::string& problem : results.problems) { line("<p class=\"warn\">{}</p>", html_escaped(problem)); }
  if (!results.checkset.empty()) {
    line("<p>Asked what {} asked, and nothing newer.</p>", html_escaped(results.checkset));
  }
  if (!results.tls_verified) { line("<p class=\"warn\">TLS certificates were not verified.</p>"); }
  line("</header>\n<main>");
  if (results.preflight) { return; }
  const Summary& sum = results.summary;
  line("<ul class=\"tiles\">");
  tile(sum.pass, "passed", "good");
  tile(static_cast<int>(digest.failed), "failed", "bad");
  tile(sum.fail + sum.warn - static_cast<int>(digest.failed) - sum.excused, "warned", "warn");
  tile(sum.untestable, "not verified", "warn");
  tile(sum.not_applicable, "not applicable", "dim");
  if (sum.excused > 0) { tile(sum.excused, "known, excused", "dim"); }
  if (sum.error > 0) { tile(sum.error, "errors of Weir", "bad"); }
  line("</ul>");
}

void HtmlWriter::preflight(const PreflightFailure& failure) {
  line("<article class=\"fail\"><h2>{}</h2>\n<p>{}</p>\n<dl>", html_escaped(failure.cause),
       html_escaped(failure.message));
  detail("Fix", failure.fix);
  line("</dl>");
  block("Evidence", failure.evidence, false);
  if (!failure.curl.empty()) { block("Again", {failure.curl}, true); }
  line("</article>");
}

void HtmlWriter::hop(std::string_view name, const std::vector<const CheckResult*>& found) {
  line("<li><h3>{}</h3>", html_escaped(name));
  if (found.empty()) { line("<p class=\"dim\">nothing found here</p>"); }
  std::set<std::string_view> seen;
  for (const CheckResult* check : found) {
    if (!seen.insert(check->id).second) { continue; }
    line("<p class=\"{}\">{}: {}{}</p>", to_string(check->verdict), to_string(check->verdict), html_escaped(check->id),
         check->hop == name || check->hop.empty() ? "" : html_escaped(" (" + check->hop + ")"));
  }
  line("</li>");
}

/// Only hops at which something was found are known; what a finding does not tell the place of stands between.
void HtmlWriter::path(const Results& results, const Digest& digest) {
  std::vector<const CheckResult*> found;
  for (const auto* rows : {&digest.failures, &digest.warnings}) {
    for (const Row& row : *rows) { found.insert(found.end(), row.results.begin(), row.results.end()); }
  }
  std::vector<std::string> names;
  for (const CheckResult* check : found) {
    const std::string name = name_of_hop(*check);
    if (name != kServer && std::find(names.begin(), names.end(), name) == names.end()) { names.push_back(name); }
  }
  std::sort(names.begin(), names.end());
  const auto at = [&](std::string_view name) {
    std::vector<const CheckResult*> here;
    std::copy_if(found.begin(), found.end(), std::back_inserter(here),
                 [&](const CheckResult* check) { return name_of_hop(*check) == name; });
    return here;
  };
  line("<section aria-labelledby=\"path\">\n<h2 id=\"path\">The way to the target</h2>\n<ol class=\"path\">");
  line("<li><h3>Weir {}</h3><p class=\"dim\">{}</p></li>", html_escaped(results.tool_version),
       results.tls_verified ? "asks" : "asks, without verifying certificates");
  for (const std::string& name : names) {
    if (!name.empty()) { hop(name, at(name)); }
  }
  if (std::find(names.begin(), names.end(), "") != names.end()) { hop("somewhere on the way", at("")); }
  hop(kServer, at(kServer));
  line("</ol>");
  for (const EraFound& era : results.eras) {
    std::string text = describe_eras({era});
    if (!era.server_name.empty()) { text += ": " + era.server_name + " " + era.server_version; }
    if (era.tools >= 0) { text += fmt::format(", {} tool{}", era.tools, era.tools == 1 ? "" : "s"); }
    line("<p class=\"dim\">{}</p>", html_escaped(text));
  }
  line("</section>");
}

void HtmlWriter::detail(std::string_view name, std::string_view text) {
  if (!text.empty()) { line("<dt>{}</dt><dd>{}</dd>", name, html_escaped(text)); }
}

void HtmlWriter::block(std::string_view name, const std::vector<std::string>& lines, bool copied) {
  if (lines.empty()) { return; }
  line("<p class=\"dim\">{}</p>", name);
  out_ += copied ? "<pre data-copy>" : "<pre>";
  for (std::size_t i = 0; i < lines.size(); ++i) { out_ += (i == 0 ? "" : "\n") + html_escaped(lines[i]); }
  out_ += "</pre>\n";
}

void HtmlWriter::row(const Row& row) {
  const CheckResult& check = row.check();
  line("<article class=\"{}\">\n<h3><span class=\"{}\">{}</span> {}</h3>", label_of(check), label_of(check),
       label_of(check), html_escaped(check.id));
  line("<p>{}</p>\n<dl>", html_escaped(check.title));
  detail("Level", to_string(check.level));
  detail("Judged by", row.judged_by());
  if (check.expected.empty()) { detail("Seen", check.message); }
  detail("Expected", check.expected);
  detail("Got", check.got);
  detail("Hop", check.hop);
  detail("Fix", check.fix);
  detail("Hurts", check.consequence);
  detail("Rule", fmt::format("{}", fmt::join(check.requirements, ", ")));
  if (!check.source.empty()) { line("<dt>Source</dt><dd>{}</dd>", html_link(check.source)); }
  if (row.explains > 0) {
    detail("Hides", fmt::format("{} more results, which could not be verified because of it", row.explains));
  }
  line("</dl>");
  block("Evidence", check.evidence, false);
  if (!check.curl.empty()) { block("Again", {check.curl}, true); }
  line("</article>");
}

void HtmlWriter::rows(std::string_view title, const std::vector<Row>& rows) {
  if (rows.empty()) { return; }
  line("<section>\n<h2>{}</h2>", title);
  for (const Row& one : rows) { row(one); }
  line("</section>");
}

void HtmlWriter::unverified(const Digest& digest) {
  if (digest.unverified.empty()) { return; }
  line("<section>\n<h2>Not verified, and why</h2>\n<table class=\"stacked\">");
  line("<thead><tr><th class=\"number\">Results</th><th>Why</th><th>Changed by</th></tr></thead>\n<tbody>");
  for (const Unverified& one : digest.unverified) {
    line("<tr><td class=\"number\">{}</td><td>{}</td><td>{}</td></tr>", one.results.size(), html_escaped(one.reason),
         one.changed_by.empty() ? "<span class=\"dim\">the endpoint alone</span>" : html_escaped(one.changed_by));
  }
  line("</tbody></table>\n</section>");
}

void HtmlWriter::tools_lock(const ToolsLock& lock) {
  line("<section>\n<h2>Tools lock</h2>\n<p>{}: {}</p>", html_escaped(lock.path),
       lock.written           ? "written in this run"
       : lock.changes.empty() ? "no change"
                              : "changed; the gate is '" + html_escaped(lock.gate) + "'");
  if (!lock.changes.empty()) {
    line(
        "<table "
        "class=\"stacked\">\n<thead><tr><th>Severity</th><th>Tool</th><th>Where</th><th>Change</th></tr></thead>");
    line("<tbody>");
    for (const ToolChange& change : lock.changes) {
      line("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", html_escaped(change.severity),
           html_escaped(change.tool), html_escaped(change.pointer), html_escaped(change.message));
    }
    line("</tbody></table>");
  }
  line("</section>");
}

void HtmlWriter::choice(std::string_view name, std::string_view label, const std::set<std::string>& values) {
  line("<label>{} <select name=\"{}\"><option value=\"\">all</option>", label, name);
  for (const std::string& value : values) { line("<option>{}</option>", html_escaped(value)); }
  line("</select></label>");
}

void HtmlWriter::every_check(const Results& results) {
  if (results.checks.empty()) { return; }
  std::set<std::string> areas, levels, verdicts;
  for (const CheckResult& check : results.checks) {
    areas.insert(check.area);
    levels.insert(std::string(to_string(check.level)));
    verdicts.insert(std::string(label_of(check)));
  }
  line("<section>\n<h2>Every check</h2>\n<form data-filters hidden>");
  choice("area", "Area", areas);
  choice("level", "Level", levels);
  choice("verdict", "Verdict", verdicts);
  line("<label>Words <input name=\"words\" type=\"search\"></label>\n<output></output>\n</form>");
  line(
      "<table class=\"stacked\">\n<thead><tr><th>Verdict</th><th>Level</th><th>Check</th><th>Judged by</th>"
      "<th>Seen</th><th class=\"number\">ms</th></tr></thead>\n<tbody>");
  for (const CheckResult& check : results.checks) {
    std::string said = check.message.empty() ? check.title : check.message;
    if (check.excused) { said += " (known: " + check.excused->reason + ")"; }
    const std::string_view label = label_of(check);
    line(
        "<tr data-area=\"{}\" data-level=\"{}\" data-verdict=\"{}\"><td class=\"{}\">{}</td><td>{}</td><td>{}</td>"
        "<td>{}</td><td>{}</td><td class=\"number\">{}</td></tr>",
        html_escaped(check.area), to_string(check.level), label, label, label, to_string(check.level),
        html_escaped(check.id), html_escaped(judged_by(check)), html_escaped(said), check.duration_ms);
  }
  line("</tbody></table>\n</section>");
}

void HtmlWriter::foot(const Results& results) {
  line("</main>\n<footer>weir-conformance {}, {}, {}</footer>", html_escaped(results.tool_version),
       html_escaped(results.started_at), wire::readable_time(results.duration_ms));
}

}  // namespace

std::string render_html(const Results& results) {
  HtmlWriter writer;
  const Digest digest = reports::digest(results);
  writer.head(results, digest);
  if (results.preflight) {
    writer.preflight(*results.preflight);
  } else {
    writer.path(results, digest);
    writer.rows("Failures", digest.failures);
    writer.rows("Errors of Weir", digest.errors);
    writer.rows("Warnings", digest.warnings);
    writer.unverified(digest);
    if (results.tools_lock) { writer.tools_lock(*results.tools_lock); }
    writer.every_check(results);
  }
  writer.foot(results);
  return html_page(fmt::format("{}: {}", headline(results.exit_code), results.target_name), writer.take());
}

}  // namespace weir::reports
