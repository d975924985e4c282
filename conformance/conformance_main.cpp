// weir-conformance: is a deployed MCP endpoint right? Parses, runs, reports; everything else is the library's.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <filesystem>

#include "conformance/catalogue/catalogue_text.hpp"
#include "conformance/catalogue/checkset.hpp"
#include "conformance/catalogue/failure_modes.hpp"
#include "conformance/init/init.hpp"
#include "conformance/probe/memory.hpp"
#include "conformance/run/options.hpp"
#include "conformance/run/plan_target.hpp"
#include "conformance/watch/watch.hpp"
#include "reports/conformance/github.hpp"
#include "reports/conformance/writers.hpp"
#include "reports/draw/paint.hpp"
#include "wire/base/end_signals.hpp"
#include "wire/base/files.hpp"
#include "wire/base/nearest.hpp"
#include "wire/base/same_file.hpp"
#include "wire/base/text.hpp"
#include "wire/base/time.hpp"
#include "wire/mcp/version.hpp"

namespace {

using namespace weir;
using namespace weir::conformance;
using reports::ExitCode;

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set from a signal handler");

int complain(std::string_view what, ExitCode code = ExitCode::usage) {
  wire::complain("weir-conformance", what);
  return static_cast<int>(code);
}

/// What was asked for and could not be shown is no success.
int print(std::string_view text) {
  const auto printed = wire::write_file("-", text);
  return printed ? static_cast<int>(ExitCode::good) : complain(printed.error());
}

/// The first signal ends the run with its reports, a later one of the same kind ends the program. A terminal that goes
/// away is one of them, unless nohup said that it does not matter, and so is a limit of processor time, which comes
/// again with each further second.
void listen_to_signals() {
  struct sigaction action{};
  action.sa_handler = [](int number) {
    interrupted = true;
    if (number == SIGXCPU || wire::count_end_signal(number) <= 1) { return; }
    static_cast<void>(std::signal(number, SIG_DFL));
    static_cast<void>(std::raise(number));
  };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  struct sigaction before{};
  ::sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler != SIG_IGN) { ::sigaction(SIGHUP, &action, nullptr); }
  ::sigaction(SIGXCPU, &action, nullptr);
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
  const auto ids = selected_ids(options);
  if (!ids) { return complain(ids.error().detail); }
  return print(options.json ? list_json(*ids) : list_text(*ids));
}

int list_failure_modes(const Options& options) {
  auto modes = parse_failure_modes(failure_modes_tsv());
  if (!modes) { return complain(modes.error().detail); }
  const auto asked = within_checkset(every_id(), options.checkset);
  if (!asked) { return complain("--checkset: " + asked.error().detail); }
  leave_proofs_by(*asked, *modes);
  return print(failure_modes_markdown(*modes));
}

int explain(const Options& options) {
  const auto* info = find_check(options.explain);
  if (!info) {
    return complain(
        fmt::format("there is no check '{}'{}", options.explain, wire::did_you_mean(options.explain, every_id())));
  }
  return print(explain_text(*info));
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
  const ProgressScreen screen(wire::say, progress);
  return conduct(plan);
}

/// Everything that is written at the end must be writable now: a deploy is not to be watched for nothing.
tl::expected<std::vector<reports::ReportSpec>, std::string> open_outputs(const Options& options) {
  std::vector<reports::ReportSpec> specs;
  for (const auto& text : options.reports) {
    const auto spec = reports::parse_report_spec(text);
    const auto writable = spec.and_then([](const auto& parsed) { return wire::prove_writable(parsed.path); });
    if (!writable) { return tl::unexpected("--report: " + writable.error()); }
    specs.push_back(*spec);
  }
  if (!options.tools_lock.empty()) {
    // A lock that stands may be read-only, as long as nothing is to be written.
    std::error_code unknown;
    const bool read_only = !options.accept && ::access(options.tools_lock.c_str(), R_OK) == 0 &&
                           !std::filesystem::is_directory(options.tools_lock, unknown);
    const auto writable = read_only ? tl::expected<void, std::string>() : wire::prove_writable(options.tools_lock);
    if (!writable) { return tl::unexpected("--tools-lock: " + writable.error()); }
  }
  return specs;
}

/// A report must not take the place of another one, nor of what the run is told by.
std::optional<std::string> shared_file(const Options& options, const std::vector<reports::ReportSpec>& specs,
                                       const std::string& ca_file) {
  std::vector<wire::NamedFile> written;
  for (const auto& spec : specs) {
    written.push_back({fmt::format("--report {}", reports::to_string(spec.format)), spec.path});
  }
  written.push_back({"--tools-lock", options.tools_lock});
  return wire::shared_file(written, {{"--profile", options.profile},
                                     {"--baseline", options.baseline},
                                     {options.ca_file.empty() ? "ca_file" : "--ca", ca_file}});
}

rlim_t descriptors_for(unsigned concurrency) {
  constexpr rlim_t kForItself = 48, kForEachCheck = 8;
  return kForItself + kForEachCheck * concurrency;
}

/// A few connections for each of the checks that run at a time, and what the program itself holds. A shortage in the
/// middle of a run would cost verdicts. Where nobody gave a number, there are no more checks than the limit allows.
std::optional<std::string> too_few_descriptors(std::optional<unsigned>& concurrency) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) { return std::nullopt; }
  const auto allows = [&](rlim_t needed) {
    const rlimit raised{.rlim_cur = needed, .rlim_max = limit.rlim_max};
    return limit.rlim_cur >= needed || (limit.rlim_max >= needed && ::setrlimit(RLIMIT_NOFILE, &raised) == 0);
  };
  if (!concurrency && allows(descriptors_for(kMostThreads))) { return std::nullopt; }
  concurrency = concurrency.value_or(kThreads);
  const rlim_t needed = descriptors_for(*concurrency);
  if (allows(needed)) { return std::nullopt; }
  return fmt::format(
      "{} file descriptors are needed with --concurrency {}, and the limit is {}: raise it with 'ulimit -n {}', or "
      "'nofile' of the container",
      needed, *concurrency, limit.rlim_max, needed);
}

/// Annotations go to the standard error, which GitHub reads as well: the standard output may be JSON for a program.
bool tell_github(const reports::Results& results) {
  wire::say(reports::github_annotations(results));
  const auto path = environment("GITHUB_STEP_SUMMARY");
  if (!path || path->empty()) { return true; }  // Older servers of GitHub have none.
  const auto written = reports::append_github_summary(results, *path);
  if (!written) { complain("--github: " + written.error()); }
  return written.has_value();
}

bool write_reports(const reports::Results& results, const std::vector<reports::ReportSpec>& specs) {
  bool written = true;
  for (const auto& spec : specs) {
    if (auto report = reports::write_report(results, spec); !report) {
      complain(report.error());
      written = false;
    }
  }
  return written;
}

bool print_report(const reports::Results& results, const Options& options, bool colour) {
  const auto format = options.json ? reports::Format::json : reports::Format::console;
  return print(reports::render(results, format,
                               {.colour = colour, .quiet = options.quiet, .verbose = options.verbose})) == 0;
}

/// A report that is missing must not look like a good run, but a failing target is the graver news. Who ends the
/// program while nobody takes its report has interrupted it.
int code_of(const reports::Results& results, bool written) {
  if (written || results.exit_code != ExitCode::good) { return static_cast<int>(results.exit_code); }
  return static_cast<int>(interrupted ? ExitCode::interrupted : ExitCode::usage);
}

wire::Result<reports::Results> ask_once(RunPlan& plan, bool quiet) {
  plan.started_at = wire::rfc3339(wire::unix_seconds_now());
  return watched(plan, quiet);
}

/// When the target passed last, as a file says that an earlier watch wrote.
std::int64_t last_success(const std::vector<reports::ReportSpec>& specs, const RunPlan& plan) {
  reports::Results of_target;
  of_target.target_name = target_name_of(plan);
  std::int64_t latest = 0;
  for (const auto& spec : specs) {
    if (spec.format == reports::Format::prometheus) { latest = std::max(latest, last_success_at(spec, of_target)); }
  }
  return latest;
}

/// All is written anew after each run; what people read, where there is news. JSON is a document for each run.
int run_again_and_again(RunPlan& plan, const Options& options, const std::vector<reports::ReportSpec>& specs,
                        bool colour) {
  std::optional<GateMetrics> metrics;
  if (!options.metrics.empty()) {
    const auto reach = options.metrics_public ? wire::Reach::anybody : wire::Reach::loopback;
    auto served = GateMetrics::serve(options.metrics, reach, last_success(specs, plan));
    if (!served) { return complain(served.error().detail); }
    metrics = std::move(*served);
    if (!options.quiet) { wire::say(fmt::format("metrics: http://{}/metrics\n", metrics->address())); }
  }
  std::optional<reports::Results> before;
  bool written = true;
  const auto last = watch({.every = plan.watch,
                           .interrupted = &interrupted,
                           .ask = [&] { return ask_once(plan, options.quiet); },
                           .tell =
                               [&](const reports::Results& results) {
                                 if (metrics) { metrics->show(results); }
                                 written = write_reports(results, specs);
                                 const bool news = !before || is_news(*before, results);
                                 if (options.json || news) {
                                   written = print_report(results, options, colour) && written;
                                 }
                                 if (!options.json && !options.quiet) { print(watch_line(results) + "\n"); }
                                 before = results;
                               },
                           .complain = [](const wire::Error& error) { complain(error.detail); }});
  if (!last) { return complain(last.error().detail); }
  if (!before) { written = write_reports(*last, specs) && print_report(*last, options, colour); }
  return code_of(*last, written);
}

int run(const Options& options) {
  listen_to_signals();
  const auto colour = in_colour(options.color);
  if (!colour) { return complain(fmt::format("--color is auto, always or never, not '{}'", options.color)); }
  const auto specs = open_outputs(options);
  if (!specs) { return complain(specs.error()); }
  auto plan = plan_of(options, environment);
  if (!plan) { return complain(plan.error().detail); }
  if (const auto shared = shared_file(options, *specs, plan->profile.ca_file)) { return complain(*shared); }
  if (const auto problem = too_few_descriptors(plan->concurrency)) {
    return complain(*problem, ExitCode::inconclusive);
  }
  plan->version = wire::mcp::weir_version();
  plan->interrupted = &interrupted;
  if (plan->watch.count() > 0) { return run_again_and_again(*plan, options, *specs, *colour); }
  const auto results = ask_once(*plan, options.quiet);
  stop_deploys();
  if (!results) { return complain(results.error().detail); }
  bool written = write_reports(*results, *specs);
  if (options.github) { written = tell_github(*results) && written; }
  // Last, as nobody may be reading any more.
  written = print_report(*results, options, *colour) && written;
  return code_of(*results, written);
}

/// A whole run of the catalogue, which says nothing until its end.
int init(Options options) {
  std::optional<unsigned> concurrency;
  if (const auto problem = too_few_descriptors(concurrency)) { return complain(*problem, ExitCode::inconclusive); }
  if (concurrency) { options.concurrency = static_cast<int>(*concurrency); }
  listen_to_signals();
  if (::isatty(STDERR_FILENO) != 0) { wire::say("every check is asked once; this takes up to a minute ...\n"); }
  const auto done = initialize_target(options, environment,
                                      {.version = std::string(wire::mcp::weir_version()),
                                       .started_at = wire::rfc3339(wire::unix_seconds_now()),
                                       .interrupted = &interrupted});
  if (!done) {
    const bool theirs = done.error().code == wire::ErrorCode::limit_exceeded;
    return complain(done.error().detail, theirs ? ExitCode::inconclusive : ExitCode::usage);
  }
  if (done->code == ExitCode::unreachable) {
    wire::say(done->text);
    return static_cast<int>(done->code);
  }
  const bool printed = print(done->text) == 0;
  return static_cast<int>(printed ? done->code : interrupted ? ExitCode::interrupted : ExitCode::usage);
}

}  // namespace

int main(int argc, char** argv) try {
  wire::take_write_errors_as_values();
  return_memory_early();
  const auto parsed = parse_options(argc, argv, wire::mcp::version_text("weir-conformance"));
  if (!parsed) { return complain(parsed.error().detail); }
  if (const auto* printed = std::get_if<Printed>(&*parsed)) { return print(printed->text); }
  const auto& options = std::get<Options>(*parsed);
  if (options.init) { return init(options); }
  if (options.failure_modes) { return list_failure_modes(options); }
  return options.list ? list(options) : !options.explain.empty() ? explain(options) : run(options);
} catch (const std::exception& error) {
  return complain(fmt::format("{}; this is a fault of Weir", error.what()), ExitCode::inconclusive);
}
