#include "conformance/checks/tools/tasks.hpp"

namespace weir::conformance::tools_task_cancelled {
namespace {

/// The receiver may forget a cancelled task at any time: what is refused by this code may be gone.
bool may_be_gone(const wire::mcp::Reply& reply) { return error_code(reply) == jsonrpc::kInvalidParams; }

std::string status_of(const wire::mcp::Reply& reply) {
  return std::string(wire::string_or(reply.result(), "status", ""));
}

/// The state of the task as tasks/get tells it; empty where it does not.
std::string status_told(Probe& probe, const std::string& id) {
  const auto reply = probe.call("tasks/get", {{"taskId", id}});
  return reply && reply->is_result() ? status_of(*reply) : std::string();
}

/// Cancels the task: nullopt where it is cancelled, untestable where it was over before.
std::optional<Finding> unless_cancelled(Probe& probe, const ToolCall& call, const std::string& id) {
  const std::string expected =
      fmt::format("a cancelled task from tasks/cancel of a call of {} that is under way", call.name);
  const auto reply = probe.call("tasks/cancel", {{"taskId", id}});
  if (!reply) { return probe.broken(reply.error(), expected); }
  const std::string status = reply->is_result() ? status_of(*reply) : status_told(probe, id);
  if (status == "completed" || status == "failed") {
    return untestable(fmt::format("a call of {} is {} before it can be cancelled", call.name, status));
  }
  if (!reply->is_result()) {
    if (may_be_gone(*reply) && status.empty()) {
      return untestable("a task that was just created is refused: " + reply->describe());
    }
    return fail(expected, status.empty() ? reply->describe()
                                         : fmt::format("{}, of a task that is {}", reply->describe(), status));
  }
  if (const std::string wrong = wrong_with_task(probe, reply->result()); !wrong.empty()) {
    return fail(expected, fmt::format("{}: {}", wrong, wire::excerpt(reply->result(), 120)));
  }
  return status == "cancelled" ? std::nullopt : std::optional(fail(expected, "a task that is " + status));
}

std::optional<Finding> unless_stays_cancelled(Probe& probe, const std::string& id) {
  const std::string expected = "status cancelled from tasks/get of a cancelled task";
  const auto reply = probe.call("tasks/get", {{"taskId", id}});
  if (!reply) { return probe.broken(reply.error(), expected); }
  if (may_be_gone(*reply)) { return std::nullopt; }
  if (auto bad = unless_result(*reply, expected)) { return bad; }
  const std::string status = status_of(*reply);
  return status == "cancelled" ? std::nullopt
                               : std::optional(fail(expected, status.empty() ? reply->describe() : status));
}

/// What the request itself would have given: a result of its method, or an error.
std::optional<Finding> unless_result_of_call(Probe& probe, const std::string& id) {
  const std::string expected = "a result of tools/call, or an error, from tasks/result of a cancelled task";
  const auto reply = probe.call("tasks/result", {{"taskId", id}});
  if (!reply) { return probe.broken(reply.error(), expected + ", at once"); }
  if (!reply->is_result()) {
    return reply->error_message() ? std::nullopt : std::optional(fail(expected, reply->describe()));
  }
  if (!wire::as_array(wire::find(reply->result(), "content"))) {
    return fail(expected, "a result without content: " + wire::excerpt(reply->result(), 120))
        .at("server", "Give an error, or {content, isError: true}, as the result of a task that was cancelled.");
  }
  const json::value* related =
      wire::find_pointer(reply->result(), "/_meta/io.modelcontextprotocol~1related-task/taskId");
  if (related && *related == json::value(id)) { return std::nullopt; }
  return fail(fmt::format("_meta with io.modelcontextprotocol/related-task, which names {}", id),
              related ? wire::excerpt(*related, 80) : "a result without it")
      .at("server", "Put the related-task key into _meta of what tasks/result gives.");
}

Finding judge(Probe& probe, const ToolCall& call, const std::string& id) {
  if (auto finding = unless_stays_cancelled(probe, id)) { return *std::move(finding); }
  if (auto finding = unless_result_of_call(probe, id)) { return *std::move(finding); }
  const std::string expected = "error -32602 from tasks/cancel of a task that is cancelled already";
  const auto again = probe.call("tasks/cancel", {{"taskId", id}});
  if (!again) { return probe.broken(again.error(), expected); }
  if (!may_be_gone(*again)) {
    return fail(expected, again->describe())
        .at("server", "Refuse tasks/cancel of a task that is completed, failed or cancelled by -32602.");
  }
  return pass(
      fmt::format("a call of {} was cancelled as a task, and is over for tasks/result and tasks/cancel", call.name));
}

Finding run(Probe& probe) {
  const json::value capabilities(probe.survey().capabilities);
  if (!wire::find_pointer(capabilities, "/tasks/cancel")) {
    return not_applicable("the server does not declare tasks.cancel");
  }
  const auto calls = task_calls(probe);
  if (calls.empty()) { return untestable(kNoTaskCall); }
  Finding last = untestable("no call gave a task with an id: tools.task.created says why");
  for (const auto& call : calls) {
    const auto reply = call_as_task(probe, call);
    if (!reply) { return probe.broken(reply.error(), "a task"); }
    const std::string id = created_task(*reply);
    if (id.empty()) { continue; }
    auto finding = unless_cancelled(probe, call, id);
    if (!finding) { return judge(probe, call, id); }
    if (finding->verdict != reports::Verdict::untestable) { return *std::move(finding); }
    last = *std::move(finding);
  }
  return last;
}

const Registration kCheck{{
    .id = "tools.task.cancelled",
    .title = "a task that is cancelled says so, and ends as its call would",
    .level = Level::must,
    .eras = kStreamable,
    .since = "2025-11-25",
    .until = "2025-11-25",
    .capability = "tasks",
    .requirements = {"tasks.cancel.status-before-reply", "tasks.cancel.terminal-refused", "tasks.result.terminal"},
    .source = "https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/tasks#task-cancellation",
    .consequence =
        "Clients see one task end in two ways: they stumble over its result, lose one that was there, or wait on.",
    .fix = "Set the task to cancelled before tasks/cancel is answered, give an error or a whole tool result as its "
           "result, and refuse to cancel what is over by -32602.",
    .faults = {"tools.task-cancelled-result", "tools.task-cancelled-works-on", "tools.task-cancelled-twice"},
    .fixture = "long-tasks",
    .run = run,
}};
const NotByCommand kNoCommand{"tools.task.cancelled", "the task has to be created first, and cancelled while it runs"};

}  // namespace
}  // namespace weir::conformance::tools_task_cancelled
