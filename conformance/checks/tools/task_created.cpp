#include "conformance/checks/tools/tasks.hpp"

namespace weir::conformance::tools_task_created {
namespace {

/// What came in place of a task; nullopt where it tells nothing of tasks.
std::optional<Finding> instead_of_task(Probe& probe, const ToolCall& call, const wire::mcp::Reply& reply) {
  const std::string expected = fmt::format("a result with the task of {}, as its list entry says", call.name);
  if (reply.is_result()) {
    return fail(expected, "no task: " + reply.describe())
        .at("server", "Answer a call with `task` by {\"task\": {...}}, or declare no tasks for that tool.");
  }
  const auto plain = probe.call("tools/call", {{"name", call.name}, {"arguments", call.arguments}});
  if (!plain || !plain->is_result() || is_tool_error(*plain)) { return std::nullopt; }
  return fail(expected, fmt::format("refused, and served without `task`: {}", reply.describe()))
      .at("server", "Take `task` in the params of tools/call, or declare no tasks for that tool.");
}

Finding run(Probe& probe) {
  const auto calls = task_calls(probe);
  std::string refused;
  for (const auto& call : calls) {
    const auto reply = call_as_task(probe, call);
    if (!reply) { return probe.broken(reply.error(), "a task"); }
    const json::value* task = wire::find(reply->result(), "task");
    if (!task) {
      if (auto finding = instead_of_task(probe, call, *reply)) { return *std::move(finding); }
      refused = reply->describe();
      continue;
    }
    if (const std::string wrong = wrong_with_task(probe, *task); !wrong.empty()) {
      return fail(fmt::format("a task of {} as the schema has it", call.name),
                  fmt::format("{}: {}", wrong, wire::excerpt(*task, 120)))
          .at("server", "Give each task taskId, status, createdAt, lastUpdatedAt and ttl, by these names.");
    }
    return pass(fmt::format("a call of {} gave a task", call.name));
  }
  return untestable(calls.empty() ? kNoTaskCall : "no call is taken, as a task or not: " + refused);
}

const Registration kCheck{{
    .id = "tools.task.created",
    .title = "a call as a task is answered by the task",
    .level = Level::must,
    .eras = kStreamable,
    .since = "2025-11-25",
    .until = "2025-11-25",
    .capability = "tasks",
    .requirements = {"tasks.create.result"},
    .source = "https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/tasks#creating-tasks",
    .consequence = "Clients find no id by which to ask for the task, and the work that it does is lost.",
    .fix =
        "Answer a call with `task` by {\"task\": {taskId, status, createdAt, lastUpdatedAt, ttl}}, the names and the "
        "words for the status as the schema of 2025-11-25 has them.",
    .faults = {"tools.task-fields-invented", "tools.task-not-created"},
    .fixture = "tasks",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_task_created
