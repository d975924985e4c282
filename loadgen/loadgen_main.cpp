// weir-loadgen: how does a deployed MCP endpoint hold up? Parses, runs, reports; everything else is the library's.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <exception>

#include "loadgen/probe_idle/probe_idle_command.hpp"
#include "reports/results.hpp"

namespace {

using namespace weir;

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set from a signal handler");

/// The first signal ends the run with its report, a second one of the same kind ends the program.
void listen_to_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app{"Holds streams against a deployed MCP endpoint, and measures what happens to them.", "weir-loadgen"};
  app.set_version_flag("--version", WEIR_VERSION);
  app.require_subcommand(1);
  loadgen::ProbeIdleArguments probe_idle;
  loadgen::declare_probe_idle(app, probe_idle);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(reports::ExitCode::usage);
  }
  listen_to_signals();
  return loadgen::run_probe_idle(probe_idle, interrupted);
} catch (const std::exception& error) {
  fmt::print(stderr, "weir-loadgen: {}; this is a fault of Weir\n", error.what());
  return static_cast<int>(reports::ExitCode::inconclusive);
}
