#include "reports/trend_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "reports/conformance/json.hpp"
#include "reports/draw/paint.hpp"
#include "reports/kept_file.hpp"
#include "reports/load/writers.hpp"
#include "wire/base/files.hpp"
#include "wire/base/same_file.hpp"
#include "wire/base/text.hpp"

namespace weir::reports {
namespace {

namespace fs = std::filesystem;

compare::Night left_out(std::string file, std::string why) {
  return {std::move(file), "", "", {}, std::move(why), false};
}

/// Whatever stands in the folder: what is no result of a run is left out, and said.
compare::Night night_in(const fs::path& path) {
  const std::string name = path.filename().string();
  const auto kept = read_kept(path.string());
  if (!kept) { return left_out(name, kept.error()); }
  if (kept->journal) {
    const auto run = compare::read_run(*kept->journal);
    return run ? compare::night_of(name, *run) : left_out(name, run.error());
  }
  if (load::is_json_report(kept->text)) {
    auto night = compare::night_of_load_report(name, kept->text);
    return night ? *std::move(night) : left_out(name, night.error());
  }
  const auto results = parse_json_report(kept->text);
  return results ? compare::night_of(name, *results) : left_out(name, results.error());
}

tl::expected<std::vector<compare::Night>, std::string> nights_in(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_regular_file(error)) { paths.push_back(entry->path()); }
  }
  if (error) { return tl::unexpected(fmt::format("{} cannot be read: {}", folder, error.message())); }
  std::sort(paths.begin(), paths.end());
  std::vector<compare::Night> out;
  for (const fs::path& path : paths) { out.push_back(night_in(path)); }
  return out;
}

tl::expected<compare::Trend, std::string> trend(const TrendOptions& options) {
  if (auto shared =
          wire::shared_file({{"--output", options.output}}, {{"--acknowledged", options.acknowledged_path}})) {
    return tl::unexpected(*std::move(shared));
  }
  std::vector<compare::Acknowledged> acknowledged;
  if (!options.acknowledged_path.empty()) {
    const auto text = wire::read_file(options.acknowledged_path, kReportBytes);
    if (!text) { return tl::unexpected(text.error().detail); }
    if (!*text) { return tl::unexpected(fmt::format("{} does not exist", options.acknowledged_path)); }
    auto entries = compare::parse_acknowledged(**text, options.acknowledged_path);
    if (!entries) { return tl::unexpected(entries.error()); }
    acknowledged = *std::move(entries);
  }
  auto nights = nights_in(options.folder);
  if (!nights) { return tl::unexpected(nights.error()); }
  return compare::trend_of(*std::move(nights), acknowledged, options.tolerance);
}

}  // namespace

CLI::App* add_trend(CLI::App& app, TrendOptions& options) {
  CLI::App* command = app.add_subcommand(
      "trend", "Say since when each measure of many nights is what it is: exit code 1 where one became worse");
  command
      ->add_option("DIR", options.folder,
                   "Folder of journals and JSON reports of weir-loadgen, and JSON reports of weir-conformance")
      ->required();
  command->add_option("--acknowledged", options.acknowledged_path,
                      "YAML file of changes that are known: a list of {measure, phase, since, reason}");
  command->add_option("--tolerance", options.tolerance, "A change matters from such a share on")
      ->check(CLI::Range(0.0, 10.0))
      ->capture_default_str();
  command->add_flag("--json", options.json, "Write JSON (reports/schema/) instead of text");
  command->add_option("--output", options.output, "File to write; the standard output where absent");
  command->add_flag("--quiet", options.quiet, "Series that changed and the summary only");
  return command;
}

int trend_command(const TrendOptions& options) {
  const auto complain = [](std::string_view what) {
    wire::complain("weir-report", what);
    return static_cast<int>(ExitCode::usage);
  };
  const auto found = trend(options);
  if (!found) { return complain(found.error()); }
  const ConsoleOptions console{.colour = options.output == "-" && wants_colour(STDOUT_FILENO), .quiet = options.quiet};
  const std::string text = options.json ? compare::json_text(*found) : compare::console_text(*found, console);
  const auto written = wire::write_file(options.output, text);
  return written ? static_cast<int>(found->exit_code) : complain(written.error());
}

}  // namespace weir::reports
