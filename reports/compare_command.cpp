#include "reports/compare_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdio>

#include "reports/conformance/json.hpp"
#include "reports/draw/paint.hpp"
#include "reports/kept_file.hpp"
#include "reports/load/writers.hpp"
#include "wire/base/files.hpp"
#include "wire/base/same_file.hpp"
#include "wire/base/text.hpp"

namespace weir::reports {
namespace {

/// Why there is no comparison, and how that ends.
struct Refused {
  std::string why;
  ExitCode code = ExitCode::usage;
};

template <class T>
using Asked = tl::expected<T, Refused>;

/// What is said, and the exit code.
struct Said {
  std::string text;
  ExitCode code = ExitCode::good;
};

tl::unexpected<Refused> refused(std::string why) { return tl::unexpected(Refused{std::move(why), ExitCode::usage}); }
tl::unexpected<Refused> not_comparable(std::string_view why) {
  return tl::unexpected(Refused{fmt::format("not comparable: {}", why), ExitCode::inconclusive});
}

/// A report of another schema is no broken one: it is not to be compared by this program.
std::optional<std::string> other_schema(std::string_view text) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(text, error);
  const boost::json::value* version =
      !error && value.is_object() ? value.get_object().if_contains("schema_version") : nullptr;
  if (version == nullptr || !version->is_int64() || version->get_int64() == kResultsSchemaVersion) {
    return std::nullopt;
  }
  return fmt::format("is of schema version {}, this weir-report reads version {}", version->get_int64(),
                     kResultsSchemaVersion);
}

Asked<Results> gate_results(const std::string& path, std::string_view text) {
  if (load::is_json_report(text)) {
    return refused(
        fmt::format("{} is the JSON report of a load run, which holds no samples to compare: give the "
                    "journals of both runs (weir-loadgen --journal PATH)",
                    path));
  }
  if (const auto why = other_schema(text)) { return not_comparable(fmt::format("{} {}", path, *why)); }
  auto results = parse_json_report(text);
  if (!results) { return refused(fmt::format("{}: {}", path, results.error())); }
  return *std::move(results);
}

ConsoleOptions console_options(const CompareOptions& options) {
  return {.colour = options.output == "-" && wants_colour(STDOUT_FILENO),
          .quiet = options.quiet,
          .verbose = options.verbose};
}

Asked<Said> compare_results(const CompareOptions& options, std::string_view before, std::string_view after) {
  const auto old = gate_results(options.before_path, before);
  if (!old) { return tl::unexpected(old.error()); }
  const auto now = gate_results(options.after_path, after);
  if (!now) { return tl::unexpected(now.error()); }
  compare::GateOptions how = options.gate;
  how.other_target = options.other_target;
  const auto found = compare::compare_gates(*old, *now, how);
  if (!found) { return not_comparable(found.error()); }
  return Said{options.json ? compare::json_text(*found) : compare::console_text(*found, console_options(options)),
              found->exit_code};
}

Asked<compare::RecordedRun> recorded(const std::string& path, const load::JournalBytes& journal) {
  auto run = compare::read_run(journal);
  // A journal of another format is no broken one; what is broken stands in the sentence too.
  if (!run) { return not_comparable(fmt::format("{} {}", path, run.error())); }
  return *std::move(run);
}

Asked<Said> compare_journals(const CompareOptions& options, const load::JournalBytes& before,
                             const load::JournalBytes& after) {
  const auto old = recorded(options.before_path, before);
  if (!old) { return tl::unexpected(old.error()); }
  const auto now = recorded(options.after_path, after);
  if (!now) { return tl::unexpected(now.error()); }
  compare::LoadOptions how = options.load;
  how.other_target = options.other_target;
  const auto found = compare::compare_loads(*old, *now, how);
  if (!found) { return not_comparable(found.error()); }
  return Said{options.json ? compare::json_text(*found) : compare::console_text(*found, console_options(options)),
              found->exit_code};
}

Asked<Said> compared(const CompareOptions& options) {
  if (auto shared = wire::shared_file({{"--output", options.output}},
                                      {{"BEFORE", options.before_path}, {"AFTER", options.after_path}})) {
    return refused(*std::move(shared));
  }
  const auto before = read_kept(options.before_path);
  if (!before) { return refused(before.error()); }
  const auto after = read_kept(options.after_path);
  if (!after) { return refused(after.error()); }
  if (before->journal.has_value() != after->journal.has_value()) {
    return not_comparable("one is the journal of a load run, the other a result of the gate");
  }
  if (before->journal) { return compare_journals(options, *before->journal, *after->journal); }
  return compare_results(options, before->text, after->text);
}

}  // namespace

CLI::App* add_compare(CLI::App& app, CompareOptions& options) {
  CLI::App* command = app.add_subcommand(
      "compare",
      "Say what changed between two runs: exit code 1 where the later one is worse, 4 where they cannot be compared");
  command->add_option("BEFORE", options.before_path, "JSON report of weir-conformance, or journal of weir-loadgen")
      ->required();
  command->add_option("AFTER", options.after_path, "The same of the later run")->required();
  command->add_flag("--json", options.json, "Write JSON (reports/schema/) instead of text");
  command->add_option("--output", options.output, "File to write; the standard output where absent");
  command->add_flag("--quiet", options.quiet, "What is worse and the summary only");
  command->add_flag("--verbose", options.verbose, "Load: measures too of which nothing can be said, with the reason");
  command->add_flag("--other-target", options.other_target, "Compare although the targets differ");
  command->add_option("--slower-ratio", options.gate.slower_ratio, "Gate: a check is slower from this multiple on")
      ->check(CLI::Range(1.0, 1000.0))
      ->capture_default_str();
  command->add_option("--slower-ms", options.gate.slower_ms, "Gate: and by so many milliseconds at least")
      ->check(CLI::Range(0, 3'600'000))
      ->capture_default_str();
  command->add_option("--tolerance", options.load.tolerance, "Load: a difference matters from such a share on")
      ->check(CLI::Range(0.0, 10.0))
      ->capture_default_str();
  command->add_option("--floor-seconds", options.load.floor_seconds, "Load: and, of times, from so much on")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  command
      ->add_option("--floor-share", options.load.floor_share, "Load: and, of failures among attempts, from so much on")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command
      ->add_option("--floor-per-1000-hours", options.load.floor_per_1000_hours,
                   "Load: and, of drops in 1,000 stream-hours, from so many on")
      ->check(CLI::Range(0.0, 1e9))
      ->capture_default_str();
  return command;
}

int compare_command(const CompareOptions& options) {
  const auto complain = [](std::string_view what, ExitCode code) {
    wire::complain("weir-report", what);
    return static_cast<int>(code);
  };
  const auto said = compared(options);
  if (!said) { return complain(said.error().why, said.error().code); }
  const auto written = wire::write_file(options.output, said->text);
  return written ? static_cast<int>(said->code) : complain(written.error(), ExitCode::usage);
}

}  // namespace weir::reports
