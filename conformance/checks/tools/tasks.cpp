#include "conformance/checks/tools/tasks.hpp"

#include <fmt/ranges.h>

#include "wire/mcp/shape.hpp"

namespace weir::conformance {

wire::Result<wire::mcp::Reply> call_as_task(Probe& probe, const ToolCall& call) {
  constexpr int kTtlMs = 60'000;
  return probe.call("tools/call", {{"name", call.name}, {"arguments", call.arguments}, {"task", {{"ttl", kTtlMs}}}});
}

std::string created_task(const wire::mcp::Reply& reply) {
  const json::value* task = wire::find(reply.result(), "task");
  return std::string(task ? wire::string_or(*task, "taskId", "") : "");
}

std::string wrong_with_task(const Probe& probe, const json::value& task) {
  std::vector<std::string> wrong;
  for (const auto& one : wire::mcp::shape_violations(probe.revision(), wire::mcp::Part::result, "tasks/get", task)) {
    const std::string name = one.at.empty() ? std::string("the task") : one.at.substr(1);
    wrong.push_back(one.got == "nothing" ? fmt::format("no {}", name)
                                         : fmt::format("{} is {}, not {}", name, one.got, one.expected));
  }
  return fmt::format("{}", fmt::join(wrong, ", "));
}

}  // namespace weir::conformance
