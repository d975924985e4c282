// weir-report: turns the JSON of a conformance run, or the journal of a load run, into any report, and compares them.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "reports/compare_command.hpp"
#include "reports/conformance/json.hpp"
#include "reports/conformance/prometheus.hpp"
#include "reports/conformance/writers.hpp"
#include "reports/draw/paint.hpp"
#include "reports/judge/accumulator.hpp"
#include "reports/judge/merge.hpp"
#include "reports/kept_file.hpp"
#include "reports/load/writers.hpp"
#include "reports/measure/journal.hpp"
#include "reports/trend_command.hpp"
#include "wire/base/files.hpp"
#include "wire/base/same_file.hpp"
#include "wire/base/text.hpp"
#include "wire/mcp/version.hpp"

namespace {

using namespace weir::reports;

struct Options {
  std::string results_path;
  std::string format;
  std::string output = "-";
  bool quiet = false;
  bool verbose = false;
};

struct MergeOptions {
  std::vector<std::string> journals;
  std::vector<std::string> reports;  ///< "FORMAT=PATH"
  std::string journal;               ///< Of the whole run, to be written.
  bool allow_missing = false;
  bool json = false;
  bool quiet = false;
};

int complain(std::string_view what) {
  weir::wire::complain("weir-report", what);
  return static_cast<int>(ExitCode::usage);
}

/// What stands in the file, as a report of the format.
tl::expected<std::string, std::string> rendered(const KeptFile& kept, Format format, const ConsoleOptions& console,
                                                const std::string& output) {
  if (kept.journal) {
    if (format == Format::prometheus) {
      return tl::unexpected(
          std::string("is a journal: metrics of a load run are written by the run itself "
                      "(weir-loadgen --textfile PATH, --metrics ADDRESS or --push URL)"));
    }
    if (format == Format::sarif) {
      return tl::unexpected(std::string("is a journal: SARIF is of the gate's findings"));
    }
    const auto results = load::results_of_journal(*kept.journal);
    if (!results) { return tl::unexpected(results.error()); }
    return load::render(*results, format, console);
  }
  if (load::is_json_report(kept.text)) {
    return tl::unexpected(
        std::string("is the JSON report of a load run, which holds no samples to render from: give the journal of the "
                    "run (weir-loadgen --journal PATH)"));
  }
  const auto results = parse_json_report(kept.text);
  if (!results) { return tl::unexpected(results.error()); }
  if (format == Format::prometheus && output != "-") {
    const auto before = weir::wire::read_file(output, kReportBytes);
    return render_prometheus(*results, before && *before ? last_success_in(**before, *results) : 0);
  }
  return render(*results, format, console);
}

int render_main(const Options& options) {
  const auto format = parse_format(options.format);
  if (!format) { return complain(format.error()); }
  if (const auto shared =
          weir::wire::shared_file({{"--output", options.output}}, {{"RESULTS", options.results_path}})) {
    return complain(*shared);
  }
  const auto kept = read_kept(options.results_path);
  if (!kept) { return complain(kept.error()); }
  ConsoleOptions console{.quiet = options.quiet, .verbose = options.verbose};
  console.colour = options.output == "-" && wants_colour(STDOUT_FILENO);
  const auto report = rendered(*kept, *format, console, options.output);
  if (!report) { return complain(fmt::format("{}: {}", options.results_path, report.error())); }
  const auto written = weir::wire::write_file(options.output, *report);
  return written ? static_cast<int>(ExitCode::good) : complain(written.error());
}

/// Nothing takes the place of a journal that is read, or of another report.
std::optional<std::string> shared_file(const MergeOptions& options, const std::vector<ReportSpec>& reports) {
  std::vector<weir::wire::NamedFile> written = {{"--journal", options.journal}}, read;
  for (const ReportSpec& spec : reports) {
    written.push_back({fmt::format("--report {}", to_string(spec.format)), spec.path});
  }
  for (const std::string& path : options.journals) { read.push_back({"a shard's journal", path}); }
  return weir::wire::shared_file(written, read);
}

/// Reports and a journal are written; the exit code is the run's.
int merge_main(const MergeOptions& options) {
  std::vector<ReportSpec> reports;
  for (const std::string& text : options.reports) {
    const auto spec = parse_report_spec(text);
    if (!spec) { return complain("--report: " + spec.error()); }
    if (spec->format == Format::prometheus || spec->format == Format::sarif) {
      return complain(fmt::format("--report: there is no {} of merged journals", to_string(spec->format)));
    }
    reports.push_back(*spec);
  }
  if (const auto shared = shared_file(options, reports)) { return complain(*shared); }
  std::vector<load::ShardJournal> journals;
  std::vector<std::string> absent;
  for (const std::string& path : options.journals) {
    auto kept = read_kept(path);
    std::error_code unknown;
    if (!kept && !std::filesystem::exists(path, unknown) && !unknown) {
      absent.push_back(kept.error());  // A shard that never ran, or did not reach the target, left none.
      continue;
    }
    if (!kept) { return complain(kept.error()); }
    load::JournalBytes bytes = kept->journal ? *std::move(kept->journal) : load::JournalBytes::owned(kept->text);
    if (load::ends_within_head(bytes)) {
      absent.push_back(path + " has no whole head");  // Of a shard that was killed as it began.
      continue;
    }
    journals.push_back({path, std::move(bytes)});
  }
  if (journals.empty()) { return complain(absent.front()); }
  auto merge = load::ShardMerge::open(journals);
  if (!merge) { return complain(merge.error()); }
  const load::ShardInfo& shards = merge->head().run.shard;
  if (!absent.empty() && shards.merged.size() == shards.count) {
    return complain(absent.front() + ", and every shard of the run is here without it");
  }
  for (const std::string& what : absent) { complain(what + ": its shard counts as missing"); }
  load::JournalWriter writer;
  if (!options.journal.empty()) {
    auto created = load::JournalWriter::create(options.journal, merge->head());
    if (!created) { return complain("--journal: " + created.error()); }
    writer = *std::move(created);
  }
  load::JournalledEvents kept(writer);
  const auto results = load::results_of_shards(*merge, options.allow_missing, &kept);
  if (!results) { return complain(results.error()); }
  std::string problem = kept.problem();
  for (const ReportSpec& spec : reports) {
    const auto written = weir::wire::write_file(spec.path, load::render(*results, spec.format, {}));
    if (!written && problem.empty()) { problem = written.error(); }
  }
  // Last, as nobody may be reading any more.
  const auto format = options.json ? Format::json : Format::console;
  const auto printed = weir::wire::write_file(
      "-", load::render(*results, format, {.colour = wants_colour(STDOUT_FILENO), .quiet = options.quiet}));
  if (!printed && problem.empty()) { problem = printed.error(); }
  const auto code = static_cast<int>(results->exit_code);
  if (problem.empty()) { return code; }
  const int usage = complain(problem);
  return results->exit_code == ExitCode::good ? usage : code;  // A failing target is the graver news.
}

void declare_render(CLI::App& app, Options& options) {
  CLI::App* render =
      app.add_subcommand("render", "Write a kept run in another format; ends with 0 whatever became of the run");
  render
      ->add_option("RESULTS", options.results_path,
                   "JSON report of weir-conformance or journal of weir-loadgen, '-' for the standard input")
      ->required();
  render->add_option("--format", options.format, "console, json, junit, markdown, html, or (of the gate) prometheus")
      ->required();
  render->add_option("--output", options.output, "File to write; the standard output where absent");
  auto* quiet = render->add_flag("--quiet", options.quiet, "console: failures and the summary only");
  render->add_flag("--verbose", options.verbose, "console: a line for every check, those that passed too")
      ->excludes(quiet);
}

CLI::App* declare_merge(CLI::App& app, MergeOptions& options) {
  CLI::App* merge = app.add_subcommand(
      "merge", "Add up the journals of all shards of one load run (weir-loadgen --shard), and judge the run once");
  merge
      ->add_option("JOURNALS", options.journals,
                   "The journal of each shard, in any order; that of a shard which left none may be named too")
      ->required();
  merge->add_flag("--allow-missing", options.allow_missing,
                  "Judge what is there; without it a run that lacks a shard, or a part of one, is inconclusive (4)");
  merge->add_option("--report", options.reports, "FORMAT=PATH: json, junit, markdown, console; repeatable")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  merge->add_option("--journal", options.journal,
                    "File for the journal of the whole run, as one generator had kept it");
  merge->add_flag("--json", options.json, "JSON on the standard output instead of the report for people");
  merge->add_flag("--quiet", options.quiet, "Failures and the summary only");
  merge->footer("Exit codes: those of weir-loadgen, for the whole run.");
  return merge;
}

/// What was asked for and could not be shown is no success.
int print_help(const CLI::App& app, const CLI::Success& asked) {
  std::ostringstream text;
  const int code = app.exit(asked, text, text);
  const auto printed = weir::wire::write_file("-", text.str());
  return printed ? code : complain(printed.error());
}

int run(int argc, char** argv) {
  CLI::App app("Renders and compares results of Weir that were kept as JSON or as journals.", "weir-report");
  app.require_subcommand(1);
  app.set_version_flag("--version", weir::wire::mcp::version_text("weir-report"));
  Options options;
  MergeOptions merge_options;
  CompareOptions compare_options;
  TrendOptions trend_options;
  declare_render(app, options);
  const CLI::App* merge = declare_merge(app, merge_options);
  const CLI::App* compare = add_compare(app, compare_options);
  const CLI::App* trend = add_trend(app, trend_options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) { return print_help(app, asked); } catch (const CLI::ParseError& error) {
    return complain(error.what());
  }
  if (*merge) { return merge_main(merge_options); }
  if (*compare) { return compare_command(compare_options); }
  return *trend ? trend_command(trend_options) : render_main(options);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    weir::wire::take_write_errors_as_values();
    return run(argc, argv);
  } catch (const std::exception& error) { return complain(error.what()); }
}
