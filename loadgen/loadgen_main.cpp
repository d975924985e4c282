// weir-loadgen: how does a deployed MCP endpoint hold up? Parses, runs, reports; everything else is the library's.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "loadgen/net/loop.hpp"
#include "loadgen/options.hpp"
#include "loadgen/supervise/background.hpp"
#include "loadgen/supervise/test_seams.hpp"
#include "reports/draw/paint.hpp"
#include "wire/mcp/messages.hpp"

namespace {

using namespace weir;
using namespace weir::loadgen;
using reports::ExitCode;

std::atomic<int> signals{0};
std::atomic<bool> interrupted{false};
static_assert(std::atomic<int>::is_always_lock_free, "counted in a signal handler");
static_assert(wire::mcp::kClientVersion == WEIR_VERSION, "what our requests call themselves is this release");

int complain(std::string_view what, ExitCode code = ExitCode::usage) {
  fmt::print(stderr, "weir-loadgen: {}\n", what);
  return static_cast<int>(code);
}

/// The first signal ends the run with its reports, a second one at once, with what there is; a third one kills.
void listen_to_signals() {
  struct sigaction action{};
  action.sa_handler = [](int) {
    if (++signals > 2) { ::_exit(static_cast<int>(ExitCode::interrupted)); }
    interrupted = true;
  };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

/// What the user can mend is bad usage; what fails of Weir itself is inconclusive; all else is the target out of reach.
ExitCode code_of(const wire::Error& error) {
  switch (error.code) {
    case wire::ErrorCode::bad_input:
    case wire::ErrorCode::limit_exceeded:
      return ExitCode::usage;
    case wire::ErrorCode::internal:
      return ExitCode::inconclusive;
    default:
      return ExitCode::unreachable;
  }
}

int dry_run(const Scenario& scenario, const RunOptions& run) {
  const auto placement = preflight(scenario, run);
  if (!placement) { return complain(placement.error().detail, code_of(placement.error())); }
  for (const auto& line : placement->lines) { fmt::print("# {}\n", line); }
  fmt::print("{}", to_yaml(scenario));
  return static_cast<int>(ExitCode::good);
}

int run(const CommandLine& options, int argc, char** argv) {
  const auto scenario = scenario_from(options, environment);
  if (!scenario) { return complain(scenario.error().detail); }
  auto run = run_options_from(options, {argv, argv + argc}, scenario->target.secrets, realtime_ns());
  if (!run) { return complain(run.error().detail); }
  run->tool_version = WEIR_VERSION;
  run->live = !options.quiet && ::isatty(STDERR_FILENO) != 0;
  if (options.dry_run) { return dry_run(*scenario, *run); }
  const auto result = supervise(*scenario, *run, signals);
  if (!result) { return complain(result.error().detail, code_of(result.error())); }
  const auto format = options.json ? reports::Format::json : reports::Format::console;
  fmt::print("{}", reports::load::render(
                       result->results, format,
                       {.colour = reports::wants_colour(STDOUT_FILENO, options.color), .quiet = options.quiet}));
  std::fflush(stdout);
  for (const auto& problem : result->problems) { complain(problem); }
  // A failing target is the graver news; a report that is missing must not look like a good run.
  const auto code = result->results.exit_code;
  return static_cast<int>(result->written || code != ExitCode::good ? code : ExitCode::usage);
}

}  // namespace

int main(int argc, char** argv) try {
  const auto parsed = parse_options(argc, argv, WEIR_VERSION);
  if (!parsed) { return complain(parsed.error().detail); }
  if (const auto* printed = std::get_if<Printed>(&*parsed)) {
    fmt::print("{}", printed->text);
    return 0;
  }
  listen_to_signals();
  const auto& options = std::get<CommandLine>(*parsed);
  const int code = options.command == CommandLine::Command::probe_idle ? run_probe_idle(options.probe_idle, interrupted)
                                                                       : run(options, argc, argv);
  if (weir::loadgen::Background::left_behind()) {
    std::fflush(nullptr);
    ::_exit(code);
  }
  return code;
} catch (const std::exception& error) {
  return complain(fmt::format("{}; this is a fault of Weir", error.what()), ExitCode::inconclusive);
}
