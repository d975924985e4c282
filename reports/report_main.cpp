// weir-report: turns the JSON of a conformance run, or the journal of a load run, into any report.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "reports/conformance/json.hpp"
#include "reports/conformance/writers.hpp"
#include "reports/draw/paint.hpp"
#include "reports/judge/accumulator.hpp"
#include "reports/load/writers.hpp"
#include "reports/measure/journal.hpp"
#include "wire/base/files.hpp"

namespace {

using namespace weir::reports;

struct Options {
  std::string results_path;
  std::string format;
  std::string output = "-";
  bool quiet = false;
  bool verbose = false;
};

int complain(std::string_view what) {
  fmt::print(stderr, "weir-report: {}\n", what);
  return static_cast<int>(ExitCode::usage);
}

tl::expected<std::string, std::string> read_file(const std::string& path) {
  const bool standard = path == "-";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(standard ? stdin : std::fopen(path.c_str(), "rb"),
                                                             standard ? [](std::FILE*) { return 0; } : std::fclose);
  const auto failed = [&] { return tl::unexpected(fmt::format("cannot read {}: {}", path, std::strerror(errno))); };
  if (!file) { return failed(); }
  std::string text, block(64 * 1024, '\0');
  while (text.size() <= (load::is_journal(text) ? load::kJournalBytes : kReportBytes)) {
    const std::size_t count = std::fread(block.data(), 1, block.size(), file.get());
    text.append(block, 0, count);
    if (count == 0) { break; }
  }
  if (std::ferror(file.get()) != 0) { return failed(); }
  return text;
}

/// What stands in the file, as a report of the format.
tl::expected<std::string, std::string> rendered(std::string_view text, Format format, const ConsoleOptions& console) {
  if (load::is_journal(text)) {
    const auto results = load::results_of_journal(text);
    if (!results) { return tl::unexpected(results.error()); }
    return load::render(*results, format, console);
  }
  if (load::is_json_report(text)) {
    return tl::unexpected(
        std::string("is the JSON report of a load run, which holds no samples to render from: give the journal of the "
                    "run (weir-loadgen --journal PATH)"));
  }
  const auto results = parse_json_report(text);
  if (!results) { return tl::unexpected(results.error()); }
  return render(*results, format, console);
}

int render_main(const Options& options) {
  const auto format = parse_format(options.format);
  if (!format) { return complain(format.error()); }
  const auto text = read_file(options.results_path);
  if (!text) { return complain(text.error()); }
  ConsoleOptions console{.quiet = options.quiet, .verbose = options.verbose};
  console.colour = options.output == "-" && wants_colour(STDOUT_FILENO);
  const auto report = rendered(*text, *format, console);
  if (!report) { return complain(fmt::format("{}: {}", options.results_path, report.error())); }
  const auto written = weir::wire::write_file(options.output, *report);
  return written ? static_cast<int>(ExitCode::good) : complain(written.error());
}

int run(int argc, char** argv) {
  CLI::App app("Renders results of Weir that were kept as JSON or as a journal.", "weir-report");
  app.require_subcommand(1);
  app.set_version_flag("--version", "weir-report " WEIR_VERSION);
  app.set_version_flag("--version", "weir-report " WEIR_VERSION);
  Options options;
  CLI::App* render = app.add_subcommand("render", "Write a kept run in another format");
  render
      ->add_option("RESULTS", options.results_path,
                   "JSON report of weir-conformance or journal of weir-loadgen, '-' for the standard input")
      ->required();
  render->add_option("--format", options.format, "console, json, junit, markdown or html")->required();
  render->add_option("--output", options.output, "File to write; the standard output where absent");
  auto* quiet = render->add_flag("--quiet", options.quiet, "console: failures and the summary only");
  render->add_flag("--verbose", options.verbose, "console: a line for every check, those that passed too")
      ->excludes(quiet);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) { return app.exit(help); } catch (const CLI::ParseError& error) {
    return complain(error.what());
  }
  return render_main(options);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) { return complain(error.what()); }
}
