#include "conformance/ask/common.hpp"

namespace weir::conformance::tools_task_unknown_refused {
namespace {

/// One that any check of the form refuses, and one of the form that most ids have.
constexpr std::string_view kMadeUp[] = {"weir-no-such-task", "5ba1e9c0-7765-4972-a0c1-3b0f6d2e9a41"};

std::vector<std::string> methods_of(const Survey& survey) {
  std::vector<std::string> methods{"tasks/get", "tasks/result"};
  const json::value capabilities(survey.capabilities);
  if (wire::find_pointer(capabilities, "/tasks/cancel")) { methods.emplace_back("tasks/cancel"); }
  return methods;
}

Finding not_refused(const std::string& method, std::string_view id, const wire::mcp::Reply& reply) {
  const std::string expected = fmt::format("error -32602 from {} of {}, which is no task", method, id);
  if (!reply.is_result()) { return fail(expected, reply.describe()); }
  const std::string status(wire::string_or(reply.result(), "status", ""));
  const std::string polled = status == "working" || status == "input_required"
                                 ? fmt::format(" Whoever is told {} polls for ever.", status)
                                 : std::string();
  return fail(expected, "a result: " + wire::excerpt(reply.result(), 120))
      .at("server", "Refuse an id that is not known by -32602, in place of a result." + polled);
}

Finding run(Probe& probe) {
  int refused = 0;
  for (const std::string& method : methods_of(probe.survey())) {
    for (const std::string_view id : kMadeUp) {
      const auto reply = probe.call(method, {{"taskId", id}});
      if (!reply) { return probe.broken(reply.error(), fmt::format("error -32602 from {} of no task", method)); }
      if (error_code(*reply) != jsonrpc::kInvalidParams) { return not_refused(method, id, *reply); }
      ++refused;
    }
  }
  return pass(fmt::format("error -32602, {} times", refused));
}

const Registration kCheck{{
    .id = "tools.task.unknown-refused",
    .title = "a task that does not exist is refused with -32602",
    .level = Level::must,
    .eras = kStreamable,
    .since = "2025-11-25",
    .until = "2025-11-25",
    .capability = "tasks",
    .requirements = {"tasks.unknown-id"},
    .source = "https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/tasks#error-handling",
    .consequence = "Clients that ask for a task which is gone wait for it for ever, or take it for a fault of the "
                   "server.",
    .fix = "Look the taskId up in tasks/get, tasks/result and tasks/cancel before anything else, and answer one that "
           "is not there, or no longer, by error -32602.",
    .faults = {"tools.task-unknown-working", "tools.task-unknown-internal-error"},
    .fixture = "tasks",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_task_unknown_refused
