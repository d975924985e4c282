// weir-hook: the gate as a lifecycle hook of Amazon ECS, in AWS Lambda. Asks for events, runs the gate, answers.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>

#include "conformance/hook/decision.hpp"
#include "conformance/hook/gate.hpp"
#include "conformance/hook/runtime.hpp"
#include "reports/judge/exit_code.hpp"
#include "wire/base/files.hpp"
#include "wire/base/text.hpp"
#include "wire/mcp/version.hpp"

namespace {

using namespace weir;
using namespace weir::conformance::hook;
using reports::ExitCode;

constexpr const char* kFooter =
    "Without an option it is the bootstrap of an AWS Lambda function, with weir-conformance beside it. The function's\n"
    "environment says what it does, and for one service the hookDetails of its lifecycle hook, which go before:\n"
    "WEIR_URL (url): the endpoint behind the test listener\n"
    "WEIR_PROFILE (profile): a profile, from where the function is started\n"
    "WEIR_ENV (env): one of the profile's environments\n"
    "WEIR_OPTIONS (options): further options of weir-conformance\n"
    "WEIR_TRIES (tries): of a target that cannot be reached or judged [3]\n"
    "WEIR_CALL_BACK_DELAY (callBackDelay): seconds between them [30]\n"
    "WEIR_GATE: the gate [weir-conformance beside this program]\n"
    "The time-out of the function gives the gate its budget.";

int complain(std::string_view what, ExitCode code) {
  wire::complain("weir-hook", what);
  return static_cast<int>(code);
}

/// One line in the function's log. Lambda freezes what is not running, so it is written at once.
void log(std::string_view what) {
  std::fputs(fmt::format("weir-hook: {}\n", wire::printable(what)).c_str(), stdout);
  std::fflush(stdout);
}

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

wire::Result<std::string> gate_program() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string beside = (self.parent_path() / "weir-conformance").string();
  const std::string program = environment("WEIR_GATE").value_or(beside);
  if (::access(program.c_str(), X_OK) != 0) {
    return wire::fail(wire::ErrorCode::bad_input,
                      fmt::format("there is no gate that can be run at {}: put weir-conformance beside weir-hook, or "
                                  "set WEIR_GATE",
                                  program));
  }
  return program;
}

struct Hook {
  std::string gate;
  Settings settings;
};

wire::Result<Hook> prepare() {
  auto gate = gate_program();
  if (!gate) { return tl::unexpected(gate.error()); }
  auto settings = settings_of(environment);
  if (!settings) { return tl::unexpected(settings.error()); }
  return Hook{*std::move(gate), *std::move(settings)};
}

wire::Result<Answer> judge(const Hook& hook, const Invocation& invocation) {
  const auto event = read_event(invocation.event);
  if (!event) { return tl::unexpected(event.error()); }
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(invocation.deadline - std::chrono::system_clock::now());
  const auto until = std::chrono::steady_clock::now() + left - kReserve / 2;
  log(fmt::format("{} of {}", event->stage.empty() ? "a stage without a name" : event->stage, event->service));
  const auto decided = decide(*event, hook.settings, left);
  if (!decided) { return tl::unexpected(decided.error()); }
  if (const auto* answer = std::get_if<Answer>(&*decided)) { return *answer; }
  const auto& call = std::get<GateCall>(*decided);
  log(fmt::format("try {} of {}, the gate has {} s", call.attempt, call.settings.tries, call.budget.count()));
  const auto end = run_gate(hook.gate, call.arguments, until);
  if (!end) { return tl::unexpected(end.error()); }
  return answer_to(*end, call);
}

wire::Result<void> serve_one(Runtime& runtime, const Hook& hook) {
  const auto invocation = runtime.next();
  if (!invocation) { return tl::unexpected(invocation.error()); }
  const auto answer = judge(hook, *invocation);
  if (!answer) {
    log(answer.error().detail);
    return runtime.fail(*invocation, "Weir.Configuration", wire::printable(answer.error().detail));
  }
  log(fmt::format("{}: {}", answer->status, answer->reason));
  return runtime.respond(*invocation, to_json(*answer));
}

int run() {
  auto runtime = Runtime::at(environment("AWS_LAMBDA_RUNTIME_API").value_or(""));
  if (!runtime) { return complain(runtime.error().detail, ExitCode::usage); }
  const auto hook = prepare();
  if (!hook) {
    log(hook.error().detail);
    const auto told = runtime->fail_to_start("Weir.Configuration", hook.error().detail);
    return complain(told ? hook.error().detail : told.error().detail, ExitCode::usage);
  }
  for (;;) {
    // Lambda starts another one where this ends.
    if (const auto served = serve_one(*runtime, *hook); !served) {
      return complain(served.error().detail, ExitCode::unreachable);
    }
  }
}

}  // namespace

int main(int argc, char** argv) try {
  wire::take_write_errors_as_values();
  CLI::App app("The gate as a lifecycle hook of Amazon ECS deployments, in AWS Lambda.", "weir-hook");
  app.set_version_flag("--version", wire::mcp::version_text("weir-hook"));
  app.footer(kFooter);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& told) { return app.exit(told); } catch (const CLI::ParseError& error) {
    return complain(error.what(), ExitCode::usage);
  }
  return run();
} catch (const std::exception& error) {
  return complain(fmt::format("{}; this is a fault of Weir", error.what()), ExitCode::inconclusive);
}
