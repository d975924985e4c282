// weir-conformance: is a deployed MCP endpoint right? Parses, runs, reports; everything else is the library's.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>

#include "conformance/catalogue/catalogue_text.hpp"
#include "conformance/catalogue/failure_modes.hpp"
#include "conformance/run/glob.hpp"
#include "conformance/run/options.hpp"
#include "reports/conformance/writers.hpp"
#include "reports/draw/paint.hpp"
#include "wire/base/nearest.hpp"
#include "wire/base/time.hpp"

namespace {

using namespace weir;
using namespace weir::conformance;
using reports::ExitCode;

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set from a signal handler");

int complain(std::string_view what) {
  fmt::print(stderr, "weir-conformance: {}\n", what);
  return static_cast<int>(ExitCode::usage);
}

/// The first signal ends the run with its reports, a second one of the same kind ends the program.
void listen_to_signals() {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

std::vector<std::string> every_id() {
  std::vector<std::string> ids;
  for (const auto& info : catalogue()) { ids.push_back(info.id); }
  return ids;
}

int list(const Options& options) {
  const auto ids = select_ids(every_id(), options.checks);
  if (!ids) { return complain("--checks: " + ids.error().detail); }
  fmt::print("{}", options.json ? list_json(*ids) : list_text(*ids));
  return static_cast<int>(ExitCode::good);
}

int list_failure_modes() {
  const auto modes = parse_failure_modes(failure_modes_tsv());
  if (!modes) { return complain(modes.error().detail); }
  fmt::print("{}", failure_modes_markdown(*modes));
  return static_cast<int>(ExitCode::good);
}

int explain(const Options& options) {
  const auto* info = find_check(options.explain);
  if (!info) {
    return complain(
        fmt::format("there is no check '{}'{}", options.explain, wire::did_you_mean(options.explain, every_id())));
  }
  fmt::print("{}", explain_text(*info));
  return static_cast<int>(ExitCode::good);
}

std::optional<bool> in_colour(const std::string& choice) {
  if (choice != "auto" && choice != "always" && choice != "never") { return std::nullopt; }
  return reports::wants_colour(STDOUT_FILENO, choice);
}

/// On a terminal a line says what the run is at; in a pipe nothing but the report is written.
wire::Result<reports::Results> watched(RunPlan& plan, bool quiet) {
  if (quiet || ::isatty(STDERR_FILENO) == 0) { return conduct(plan); }
  Progress progress;
  plan.progress = &progress;
  const ProgressScreen screen(stderr, progress, wire::Deadline::in(plan.budget));
  return conduct(plan);
}

int run(const Options& options) {
  const auto colour = in_colour(options.color);
  if (!colour) { return complain(fmt::format("--color is auto, always or never, not '{}'", options.color)); }
  std::vector<reports::ReportSpec> specs;
  for (const auto& text : options.reports) {
    const auto spec = reports::parse_report_spec(text);
    if (!spec) { return complain("--report: " + spec.error()); }
    specs.push_back(*spec);
  }
  auto plan = plan_of(options, environment);
  if (!plan) { return complain(plan.error().detail); }
  plan->version = WEIR_VERSION;
  plan->started_at = wire::rfc3339(wire::unix_seconds_now());
  plan->interrupted = &interrupted;
  listen_to_signals();
  const auto results = watched(*plan, options.quiet);
  stop_deploys();
  if (!results) { return complain(results.error().detail); }
  const auto format = options.json ? reports::Format::json : reports::Format::console;
  fmt::print(
      "{}", reports::render(*results, format, {.colour = *colour, .quiet = options.quiet, .verbose = options.verbose}));
  std::fflush(stdout);
  bool written = true;
  for (const auto& spec : specs) {
    if (auto report = reports::write_report(*results, spec); !report) {
      complain(report.error());
      written = false;
    }
  }
  // A report that is missing must not look like a good run, but a failing target is the graver news.
  return static_cast<int>(written || results->exit_code != ExitCode::good ? results->exit_code : ExitCode::usage);
}

}  // namespace

int main(int argc, char** argv) try {
  const auto parsed = parse_options(argc, argv, WEIR_VERSION);
  if (!parsed) { return complain(parsed.error().detail); }
  if (const auto* printed = std::get_if<Printed>(&*parsed)) {
    fmt::print("{}", printed->text);
    return 0;
  }
  const auto& options = std::get<Options>(*parsed);
  if (options.failure_modes) { return list_failure_modes(); }
  return options.list ? list(options) : !options.explain.empty() ? explain(options) : run(options);
} catch (const std::exception& error) {
  fmt::print(stderr, "weir-conformance: {}; this is a fault of Weir\n", error.what());
  return static_cast<int>(ExitCode::inconclusive);
}
