#include <fmt/format.h>

#include <iterator>

#include "reports/draw/assets.hpp"
#include "reports/draw/page.hpp"
#include "reports/judge/format.hpp"
#include "reports/load/figures.hpp"
#include "reports/load/tables.hpp"
#include "reports/load/writers.hpp"
#include "wire/base/duration.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

class HtmlWriter {
 public:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }
  void head(const LoadResults& results);
  void live_head(const LoadResults& so_far, std::string_view status, std::uint64_t after);
  void thresholds(const LoadResults& results);
  void facts(std::string_view title, const std::vector<std::string>& facts);
  void table(const Table& table);
  void figures(const LoadResults& results, const std::vector<Figure>& figures);
  void foot(const LoadResults& results);
  std::string take() { return std::move(out_); }

 private:
  void cells(const Table& table);
  std::string out_;
};

void HtmlWriter::head(const LoadResults& results) {
  const RunInfo& run = results.run;
  line("<header>\n<h1>{}</h1>\n<p>{}</p>", html_escaped(run.target_name), html_escaped(run.target_url));
  line("<p class=\"verdict {}\">{}</p>", class_of(results.exit_code), headline(results.exit_code));
  line("<p>{}</p>\n<p>{}</p>", html_escaped(results.exit_reason), html_escaped(summary_of(results)));
  for (const std::string& why : results.invalid) { line("<p class=\"warn\">invalid: {}</p>", html_escaped(why)); }
  if (!results.complete) { line("<p class=\"warn\">The journal has no end: the run was killed.</p>"); }
  if (!run.tls_verified) { line("<p class=\"warn\">TLS certificates were not verified.</p>"); }
  line("</header>\n<main>");
}

/// No verdict: what is not over may still become anything.
void HtmlWriter::live_head(const LoadResults& so_far, std::string_view status, std::uint64_t after) {
  const RunInfo& run = so_far.run;
  line("<header>\n<h1>{}</h1>\n<p>{}</p>", html_escaped(run.target_name), html_escaped(run.target_url));
  line("<p class=\"verdict\">RUNNING</p>");
  line("<p id=\"live\" role=\"timer\" data-after=\"{}\">{}</p>", after, html_escaped(status));
  line("<p>{}</p>", html_escaped(summary_of(so_far)));
  for (const std::string& why : so_far.invalid) { line("<p class=\"warn\">invalid: {}</p>", html_escaped(why)); }
  if (!run.tls_verified) { line("<p class=\"warn\">TLS certificates were not verified.</p>"); }
  line("</header>\n<main>");
}

void HtmlWriter::thresholds(const LoadResults& results) {
  if (results.thresholds.empty()) { return; }
  line("<section>\n<h2>Thresholds</h2>\n<table class=\"stacked\">");
  line("<thead><tr><th>Verdict</th><th>Threshold</th><th>Measured</th></tr></thead>\n<tbody>");
  for (const bool passed : {false, true}) {
    for (const ThresholdResult& one : results.thresholds) {
      if (one.passed != passed) { continue; }
      line("<tr><td class=\"{0}\">{0}</td><td>{1}{2}</td><td>{3}</td></tr>", passed ? "pass" : "fail",
           html_escaped(one.threshold.text), one.by_default ? " (default)" : "", html_escaped(one.message));
    }
  }
  line("</tbody></table>\n</section>");
}

void HtmlWriter::facts(std::string_view title, const std::vector<std::string>& facts) {
  if (facts.empty()) { return; }
  line("<section>\n<h2>{}</h2>\n<ul>", title);
  for (const std::string& fact : facts) { line("<li>{}</li>", html_escaped(fact)); }
  line("</ul>\n</section>");
}

/// On a narrow screen each cell is a line of its own, which needs its column's name.
void HtmlWriter::cells(const Table& table) {
  out_ += "<table class=\"stacked\">\n<thead><tr>";
  for (std::size_t i = 0; i < table.head.size(); ++i) {
    out_ += fmt::format("<th scope=\"col\"{}>{}</th>", i == 0 ? "" : " class=\"number\"",
                        table.head[i].empty() ? "<span class=\"dim\">what</span>" : html_escaped(table.head[i]));
  }
  out_ += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    out_ += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string name = i < table.head.size() ? html_escaped(table.head[i]) : "";
      out_ += i == 0 ? fmt::format("<th scope=\"row\">{}</th>", html_escaped(row[i]))
                     : fmt::format("<td class=\"number\" data-name=\"{}\">{}</td>", name, html_escaped(row[i]));
    }
    out_ += "</tr>\n";
  }
  out_ += "</tbody></table>\n";
}

void HtmlWriter::table(const Table& table) {
  if (table.rows.empty()) { return; }
  line("<section>\n<h2>{}</h2>", html_escaped(table.title));
  cells(table);
  line("</section>");
}

void HtmlWriter::figures(const LoadResults& results, const std::vector<Figure>& figures) {
  if (figures.empty()) { return; }
  line("<section>\n<h2>Over time, and how long</h2>");
  if (results.timeline.size() > 1) {
    const double seconds = wire::seconds_of(results.duration_ns) / static_cast<double>(results.timeline.size());
    line("<p class=\"dim\">A point stands for {} on average; levels are those at its end, counts are of all of it.</p>",
         readable_seconds(seconds));
  }
  const bool drawn = !uplot_js().empty();
  if (!drawn) { line("<p class=\"warn\">Weir was built without uPlot: there are tables and no plots.</p>"); }
  for (const Figure& figure : figures) {
    line("<figure>\n<figcaption>{}</figcaption>", html_escaped(figure.title));
    if (drawn) {
      line(
          "<div class=\"plot\" data-plot=\"{}\" role=\"img\" aria-label=\"{}: the table below has the numbers\"></div>",
          html_escaped(figure.name), html_escaped(figure.title));
    }
    if (drawn && !figure.note.empty()) { line("<p class=\"dim\">{}</p>", html_escaped(figure.note)); }
    cells(figure.words);
    line("</figure>");
  }
  line("</section>");
}

void HtmlWriter::foot(const LoadResults& results) {
  const RunInfo& run = results.run;
  if (!run.command.empty()) {
    line("<section>\n<h2>Again</h2>\n<pre data-copy>{}</pre>\n</section>", html_escaped(run.command));
  }
  line("</main>\n<footer>weir-loadgen {}, {}, {}</footer>", html_escaped(run.tool_version),
       html_escaped(run.started_at), readable_seconds(wire::seconds_of(results.duration_ns)));
}

/// All below the head, with the data of the plots.
std::string finish(HtmlWriter& out, const LoadResults& results) {
  out.thresholds(results);
  std::vector<std::string> found = stream_facts(results);
  for (const std::string& cut : describe_cuts(results)) { found.push_back(cut); }
  if (results.search) { found.push_back(describe_search(results)); }
  for (const std::string& fact : event_facts(results)) { found.push_back(fact); }
  if (const std::string text = describe_validity(results); !text.empty()) { found.push_back(text); }
  out.facts(streams_title(results) + " and events", found);
  out.facts("Incidents", results.incidents);
  const std::vector<Figure> figures = figures_of(results);
  out.figures(results, figures);
  for (const Table& table : {ends_table(results), failures_table(results), times_table(results), calls_table(results),
                             populations_table(results), phases_table(results)}) {
    out.table(table);
  }
  out.foot(results);
  return out.take() + "<script id=\"data\" type=\"application/json\">" +
         json_in_script(boost::json::serialize(data_of(results, figures))) + "</script>\n";
}

}  // namespace

std::string html_report(const LoadResults& results) {
  HtmlWriter out;
  out.head(results);
  return html_page(fmt::format("{}: {}", headline(results.exit_code), results.run.target_name), finish(out, results),
                   {uplot_css()}, {uplot_js(), plots_js()});
}

std::string live_report(const LoadResults& so_far, std::string_view status, std::uint64_t after) {
  HtmlWriter out;
  out.live_head(so_far, status, after);
  return html_page(fmt::format("RUNNING: {}", so_far.run.target_name), finish(out, so_far), {uplot_css()},
                   {uplot_js(), plots_js(), live_js()}, Requests::own_server);
}

}  // namespace weir::reports::load
