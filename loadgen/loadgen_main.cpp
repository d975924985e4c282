// weir-loadgen: how does a deployed MCP endpoint hold up? Parses, runs, reports; everything else is the library's.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <thread>

#include "loadgen/net/loop.hpp"
#include "loadgen/options.hpp"
#include "loadgen/scenario/duration.hpp"
#include "loadgen/supervise/background.hpp"
#include "loadgen/supervise/test_seams.hpp"
#include "reports/draw/paint.hpp"
#include "reports/measure/journal.hpp"
#include "wire/base/credentials.hpp"
#include "wire/base/end_signals.hpp"
#include "wire/base/files.hpp"
#include "wire/base/redact.hpp"
#include "wire/base/same_file.hpp"
#include "wire/base/text.hpp"
#include "wire/mcp/version.hpp"

namespace {

using namespace weir;
using namespace weir::loadgen;
using reports::ExitCode;

/// For pages that are open at the end of a run to ask for its report.
constexpr std::chrono::seconds kLastRead{10};

std::atomic<int> signals{0};
std::atomic<bool> interrupted{false};
static_assert(std::atomic<int>::is_always_lock_free, "counted in a signal handler");

/// What must not be shown: at first whatever was taken from the environment, then what the scenario says.
std::vector<std::string> secrets;

int complain(std::string_view what, ExitCode code = ExitCode::usage) {
  wire::complain("weir-loadgen", wire::Redactor(secrets).text(what));
  return static_cast<int>(code);
}

/// What was asked for and could not be shown is no success.
int print(std::string_view text) {
  const auto printed = wire::write_file("-", text);
  return printed ? static_cast<int>(ExitCode::good) : complain(printed.error());
}

/// The first signal ends the run with its reports, a second one at once, with what there is; a third one kills. A
/// terminal that goes away is one of them, unless nohup said that it does not matter, and so is a limit of processor
/// time.
void listen_to_signals() {
  struct sigaction action{};
  action.sa_handler = [](int number) {
    if (wire::count_end_signal(number) == 0) { return; }
    if (++signals > 2) { ::_exit(static_cast<int>(ExitCode::interrupted)); }
    interrupted = true;
  };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGXCPU, &action, nullptr);
  struct sigaction before{};
  ::sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler != SIG_IGN) { ::sigaction(SIGHUP, &action, nullptr); }
}

std::optional<std::string> variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

/// Of what goes to the target.
std::optional<std::string> environment(const std::string& name) {
  auto value = variable(name);
  if (value) { secrets.push_back(*value); }
  return value;
}

/// Credentials on the command line are overwritten there, so that no list of processes shows them for long.
void hide(int argc, char** argv, const std::vector<std::string>& credentials) {
  constexpr std::size_t kLeastBytes = 4;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    for (const auto& one : credentials) {
      if (one.size() < kLeastBytes) { continue; }
      for (auto at = argument.find(one); at != std::string::npos; at = argument.find(one, at + 1)) {
        std::fill_n(argv[i] + at, one.size(), '*');
      }
    }
  }
}

int dry_run(const Scenario& scenario, const RunOptions& run) {
  const auto placement = preflight(scenario, run);
  if (!placement) {
    return complain(placement.error().detail, interrupted ? ExitCode::interrupted : exit_code_of(placement.error()));
  }
  std::string text;
  for (const auto& line : placement->lines) { text += fmt::format("# {}\n", line); }
  return print(text + to_yaml(scenario));
}

/// A report must not take the place of another one, nor of what the run is told by.
std::optional<std::string> shared_file(const CommandLine& options, const Scenario& scenario, const RunOptions& run) {
  std::vector<wire::NamedFile> written;
  for (const auto& spec : run.reports) {
    written.push_back({fmt::format("--report {}", reports::to_string(spec.format)), spec.path});
  }
  written.push_back({"--textfile", run.textfile});
  written.push_back({"--journal", run.journal});
  return wire::shared_file(written, {{"the scenario", options.scenario},
                                     {options.profile.empty() ? "the scenario's profile" : "--profile",
                                      options.profile.empty() ? scenario.profile_file : options.profile},
                                     {options.ca_file.empty() ? "ca_file" : "--ca", scenario.target.ca_file},
                                     {"--stop-file", run.stop_file}});
}

/// What is written at the end of hours must be writable at their beginning.
tl::expected<void, std::string> prove_outputs(const RunOptions& run) {
  for (const auto& spec : run.reports) {
    if (auto writable = wire::prove_writable(spec.path); !writable) {
      return tl::unexpected("--report: " + writable.error());
    }
  }
  if (!run.journal.empty()) {
    if (auto creatable = reports::load::JournalWriter::prove_creatable(run.journal); !creatable) {
      return tl::unexpected("--journal: " + creatable.error());
    }
  }
  if (run.textfile.empty()) { return {}; }
  return wire::prove_writable(run.textfile).map_error([](const std::string& error) { return "--textfile: " + error; });
}

/// Those who watch have yet to see the end: a scraper comes by now and then, and a page that was open is told, and asks
/// for the report. A signal is enough of it, beside the one that ended the run.
void linger(const RunOptions& run, const RunResult& result) {
  if (!result.metrics && !result.page) { return; }
  if (run.metrics_linger_ns > 0 && !run.quiet) {
    const auto* what = !result.page ? "metrics: up" : result.metrics ? "metrics and page: up" : "page: up";
    wire::say(fmt::format("{} for {} more\n", what, format_duration(run.metrics_linger_ns)));
  }
  const auto now = std::chrono::steady_clock::now();
  const auto until = now + std::chrono::nanoseconds(run.metrics_linger_ns);
  const auto read_until = now + kLastRead;
  const int enough = result.interrupted ? 2 : 1;
  const auto is_over = [&] {
    const auto at = std::chrono::steady_clock::now();
    return at >= until && (at >= read_until || !result.page || result.page->is_read());
  };
  while (signals.load() < enough && !is_over()) { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }
}

int run(const CommandLine& options, int argc, char** argv) {
  const auto scenario = scenario_from(options, environment);
  if (!scenario) { return complain(scenario.error().detail); }
  secrets = secrets_of(*scenario);
  for (auto& one : wire::credentials_in_url(options.push)) { secrets.push_back(std::move(one)); }
  auto run = run_options_from(options, {argv, argv + argc}, secrets, variable, realtime_ns());
  if (!run) { return complain(run.error().detail); }
  hide(argc, argv, secrets);
  if (!run->shard_from.empty() && !options.quiet) {
    wire::say(fmt::format("shard {}/{} of run {}, by {}\n", run->shard + 1, run->shards,
                          run->run_id.empty() ? "(by --start-at)" : run->run_id, run->shard_from));
  }
  run->tool_version = wire::mcp::weir_version();
  run->interrupted = &interrupted;
  run->live = !options.quiet && ::isatty(STDERR_FILENO) != 0;
  if (options.dry_run) { return dry_run(*scenario, *run); }
  if (const auto shared = shared_file(options, *scenario, *run)) { return complain(*shared); }
  if (const auto open = prove_outputs(*run); !open) { return complain(open.error()); }
  const auto result = supervise(*scenario, *run, signals);
  if (!result) { return complain(result.error().detail, exit_code_of(result.error())); }
  const auto format = options.json ? reports::Format::json : reports::Format::console;
  const bool printed = print(reports::load::render(result->results, format,
                                                   {.colour = reports::wants_colour(STDOUT_FILENO, options.color),
                                                    .quiet = options.quiet})) == 0;
  for (const auto& problem : result->problems) { complain(problem); }
  linger(*run, *result);
  // A failing target is the graver news; a report that is missing must not look like a good run. Who ends the program
  // while nobody takes its report has interrupted it.
  const auto code = result->results.exit_code;
  if ((result->written && printed) || code != ExitCode::good) { return static_cast<int>(code); }
  return static_cast<int>(interrupted ? ExitCode::interrupted : ExitCode::usage);
}

}  // namespace

int main(int argc, char** argv) try {
  wire::take_write_errors_as_values();
  const auto parsed = parse_options(argc, argv, wire::mcp::version_text("weir-loadgen"));
  if (!parsed) { return complain(parsed.error().detail); }
  if (const auto* printed = std::get_if<Printed>(&*parsed)) { return print(printed->text); }
  listen_to_signals();
  const auto& options = std::get<CommandLine>(*parsed);
  const bool probing = options.command == CommandLine::Command::probe_idle;
  if (probing) { hide(argc, argv, credentials_of(options.probe_idle)); }
  const int code = probing ? run_probe_idle(options.probe_idle, interrupted) : run(options, argc, argv);
  if (weir::loadgen::Background::left_behind()) {
    std::fflush(nullptr);
    ::_exit(code);
  }
  return code;
} catch (const std::exception& error) {
  return complain(fmt::format("{}; this is a fault of Weir", error.what()), ExitCode::inconclusive);
}
