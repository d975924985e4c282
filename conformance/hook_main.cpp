// weir-hook: the gate as a lifecycle hook of Amazon ECS, in AWS Lambda. Asks for events, runs the gate, answers.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <thread>

#include "conformance/hook/code_deploy.hpp"
#include "conformance/hook/gate.hpp"
#include "conformance/hook/runtime.hpp"
#include "conformance/hook/task.hpp"
#include "reports/judge/exit_code.hpp"
#include "wire/base/files.hpp"
#include "wire/base/redact.hpp"
#include "wire/base/text.hpp"
#include "wire/base/time.hpp"
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
    "The time-out of the function gives the gate its budget. What takes longer runs as an ECS task:\n"
    "WEIR_TASK: its definition, a family or an ARN; weir-conformance is in the image [the function is the gate]\n"
    "WEIR_TASK_SECONDS (taskSeconds): the gate's budget there [1800]\n"
    "WEIR_TASK_CONTAINER: the container that is the gate [gate]\n"
    "WEIR_TASK_CLUSTER: where it runs [the cluster of the service]\n"
    "WEIR_TASK_SUBNETS, WEIR_TASK_SECURITY_GROUPS: with commas between\n"
    "WEIR_TASK_PUBLIC_ADDRESS: yes, where a subnet has no other way out [no]\n"
    "WEIR_TASK_LAUNCH_TYPE: FARGATE, EC2 or EXTERNAL [FARGATE]\n"
    "An event of CodeDeploy is answered by a call of the function's role, and so is a task started.";

int complain(std::string_view what, ExitCode code) {
  wire::complain("weir-hook", what);
  return static_cast<int>(code);
}

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

wire::Result<std::string> gate_program() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string beside = (self.parent_path() / "weir-conformance").string();
  std::string program = environment("WEIR_GATE").value_or(beside);
  if (::access(program.c_str(), X_OK) != 0) {
    return wire::fail(wire::ErrorCode::bad_input,
                      fmt::format("there is no gate that can be run at {}: put weir-conformance beside weir-hook, or "
                                  "set WEIR_GATE",
                                  program));
  }
  return program;
}

std::vector<std::string> secrets_of(const wire::Result<Aws>& aws) {
  return aws ? aws->secrets() : std::vector<std::string>{};
}

class Hook {
 public:
  Hook(std::string gate, Settings settings)
      : gate_(std::move(gate)),
        settings_(std::move(settings)),
        aws_(Aws::of(environment)),
        redactor_(secrets_of(aws_)) {}

  static wire::Result<Hook> prepare() {
    auto settings = settings_of(environment);
    if (!settings) { return tl::unexpected(settings.error()); }
    if (settings->task) { return Hook("", *std::move(settings)); }
    auto gate = gate_program();
    if (!gate) { return tl::unexpected(gate.error()); }
    return Hook(*std::move(gate), *std::move(settings));
  }

  wire::Result<void> serve_one(Runtime& runtime) {
    const auto invocation = runtime.next();
    if (!invocation) { return tl::unexpected(invocation.error()); }
    const auto answer = judge(*invocation);
    if (answer) { return runtime.respond(*invocation, *answer); }
    log(answer.error().detail);
    return runtime.fail(*invocation, "Weir.Configuration", redactor_.text(wire::printable(answer.error().detail)));
  }

  /// One line in the function's log. Lambda freezes what is not running, so it is written at once.
  void log(std::string_view what) const {
    std::fputs(fmt::format("weir-hook: {}\n", redactor_.text(wire::printable(what))).c_str(), stdout);
    std::fflush(stdout);
  }

 private:
  wire::Result<std::string> judge(const Invocation& invocation) {
    const auto event = read_event(invocation.event);
    if (!event) { return tl::unexpected(event.error()); }
    const auto means = means_of(invocation);
    if (const auto* code_deploy = std::get_if<CodeDeployEvent>(&*event)) {
      log(fmt::format("a hook of CodeDeploy, of {}", code_deploy->deployment));
      return serve(*code_deploy, settings_, means);
    }
    const auto answer = judge(std::get<Event>(*event), invocation.id, means);
    if (!answer) { return tl::unexpected(answer.error()); }
    log(fmt::format("{}: {}", answer->status, answer->reason));
    return to_json(*answer);
  }

  wire::Result<Answer> judge(const Event& event, std::string_view invocation, const Means& means) {
    log(fmt::format("{} of {}", event.stage.empty() ? "a stage without a name" : event.stage, event.service));
    const auto decided = decide(event, settings_, means.left());
    if (!decided) { return tl::unexpected(decided.error()); }
    if (const auto* answer = std::get_if<Answer>(&*decided)) {
      stop_task(event, settings_, means);
      return *answer;
    }
    const auto& call = std::get<GateCall>(*decided);
    if (settings_.task) { return look_after_task(event, call, invocation, means); }
    log(fmt::format("try {} of {}, the gate has {} s", call.attempt, call.settings.tries, call.budget.count()));
    const auto end = means.run_gate(call);
    if (!end) { return tl::unexpected(end.error()); }
    return answer_to(*end, call);
  }

  Means means_of(const Invocation& invocation) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(invocation.deadline - std::chrono::system_clock::now());
    const wire::Deadline end = wire::Deadline::in(left);
    return {.run_gate =
                [this](const GateCall& call) {
                  const auto until = std::chrono::steady_clock::now() + call.budget + kReserve / 2;
                  return run_gate(gate_, call.arguments, until);
                },
            .call = [this, end](const AwsService& service, std::string_view action, const wire::json::object& body,
                                std::chrono::milliseconds keep) -> AwsResult {
              if (!aws_) { return tl::unexpected(AwsFailure{.detail = aws_.error().detail}); }
              return aws_->call(service, action, body, {end.at - keep});
            },
            .left = [end] { return end.left(); },
            .wait = [](std::chrono::milliseconds span) { std::this_thread::sleep_for(span); },
            .unix_seconds = wire::unix_seconds_now,
            .log = [this](std::string_view what) { log(what); }};
  }

  std::string gate_;
  Settings settings_;
  wire::Result<Aws> aws_;
  wire::Redactor redactor_;
};

int run() {
  auto runtime = Runtime::at(environment("AWS_LAMBDA_RUNTIME_API").value_or(""));
  if (!runtime) { return complain(runtime.error().detail, ExitCode::usage); }
  auto hook = Hook::prepare();
  if (!hook) {
    const auto told = runtime->fail_to_start("Weir.Configuration", hook.error().detail);
    return complain(told ? hook.error().detail : told.error().detail, ExitCode::usage);
  }
  for (;;) {
    // Lambda starts another one where this ends.
    if (const auto served = hook->serve_one(*runtime); !served) {
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
