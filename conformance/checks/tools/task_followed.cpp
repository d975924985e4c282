#include "conformance/checks/tools/tasks.hpp"

namespace weir::conformance::tools_task_followed {
namespace {

constexpr int kPages = 20;

/// nullopt where the list of tasks, which the server declares, names the task, or is too long to be read.
std::optional<Finding> unless_listed(Probe& probe, const std::string& id) {
  const json::value capabilities(probe.survey().capabilities);
  if (!wire::find_pointer(capabilities, "/tasks/list")) { return std::nullopt; }
  json::object params;
  for (int page = 0; page < kPages; ++page) {
    const auto reply = probe.call("tasks/list", params);
    if (!reply) { return probe.broken(reply.error(), "the list of tasks"); }
    if (auto bad = unless_result(*reply, "the list of tasks, as tasks.list is declared")) { return *std::move(bad); }
    const auto* tasks = wire::as_array(wire::find(reply->result(), "tasks"));
    for (const json::value& task : tasks ? *tasks : json::array{}) {
      if (wire::string_or(task, "taskId", "") == id) { return std::nullopt; }
    }
    const json::value* next = wire::find(reply->result(), "nextCursor");
    if (!next) {
      return fail(fmt::format("task {} in tasks/list, as tasks/get knows it", id), "a list without it")
          .at("server", "List every task of a client that tasks/get gives it.");
    }
    params["cursor"] = *next;
  }
  return std::nullopt;
}

std::optional<Finding> unless_known(Probe& probe, const std::string& id, std::string& status) {
  const std::string expected = fmt::format("task {}, which has just been created, from tasks/get", id);
  const auto reply = probe.call("tasks/get", {{"taskId", id}});
  if (!reply) { return probe.broken(reply.error(), expected); }
  if (auto bad = unless_result(*reply, expected)) { return *std::move(bad); }
  if (const std::string wrong = wrong_with_task(probe, reply->result()); !wrong.empty()) {
    return fail(expected, wrong);
  }
  status = wire::string_or(reply->result(), "status", "");
  if (wire::string_or(reply->result(), "taskId", "") == id) { return std::nullopt; }
  return fail(expected, "another task: " + wire::excerpt(reply->result(), 120));
}

Finding result_of(Probe& probe, const std::string& id) {
  const std::string expected = fmt::format("the result of the tool from tasks/result of {}", id);
  const auto reply = probe.call("tasks/result", {{"taskId", id}});
  if (!reply) { return probe.broken(reply.error(), expected); }
  if (!reply->response) { return untestable("the task takes longer than any other answer: " + reply->describe()); }
  std::string status;
  if (!reply->is_result()) {
    if (unless_known(probe, id, status) || status != "completed") {
      return untestable(fmt::format("the task is {}: {}", status.empty() ? "gone" : status, reply->describe()));
    }
    return fail(expected, "the task is completed, and this is refused: " + reply->describe());
  }
  if (!wire::as_array(wire::find(reply->result(), "content"))) { return fail(expected, reply->describe()); }
  const json::value* related =
      wire::find_pointer(reply->result(), "/_meta/io.modelcontextprotocol~1related-task/taskId");
  if (!related || *related != json::value(id)) {
    return fail(fmt::format("_meta with io.modelcontextprotocol/related-task, which names {}", id),
                related ? wire::excerpt(*related, 80) : "a result without it")
        .at("server", "Put the related-task key into _meta of what tasks/result gives.");
  }
  return pass("a task was created, found again, and gave the result of its tool");
}

Finding run(Probe& probe) {
  const auto calls = task_calls(probe);
  if (calls.empty()) { return untestable(kNoTaskCall); }
  for (const auto& call : calls) {
    const auto reply = call_as_task(probe, call);
    if (!reply) { return probe.broken(reply.error(), "a task"); }
    const std::string id = created_task(*reply);
    if (id.empty()) { continue; }
    std::string status;
    if (auto unknown = unless_known(probe, id, status)) { return *std::move(unknown); }
    if (auto unlisted = unless_listed(probe, id)) { return *std::move(unlisted); }
    if (status == "input_required") { return untestable("the task waits for an input, which Weir has none of"); }
    return result_of(probe, id);
  }
  return untestable("no call gave a task with an id: tools.task.created says why");
}

const Registration kCheck{{
    .id = "tools.task.followed",
    .title = "a task can be asked for by its id, is listed, and gives its result",
    .level = Level::must,
    .eras = kStreamable,
    .since = "2025-11-25",
    .until = "2025-11-25",
    .capability = "tasks",
    .requirements = {"tasks.list.complete", "tasks.related-meta.on-result", "tasks.result.terminal"},
    .source = "https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/tasks#getting-tasks",
    .consequence = "The work is done, and its result reaches nobody: clients poll until they give up.",
    .fix = "Keep each task under its taskId until its ttl is over, let tasks/get and tasks/list find it, and add the "
           "related-task key to _meta of what tasks/result gives.",
    .faults = {"tools.task-forgotten", "tools.task-unlisted", "tools.task-result-unrelated"},
    .fixture = "tasks",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"tools.task.followed", "the task has to be created first"};

}  // namespace
}  // namespace weir::conformance::tools_task_followed
