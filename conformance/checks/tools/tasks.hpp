// Tool calls as tasks (2025-11-25 basic/utilities/tasks).
#pragma once

#include "conformance/ask/tools.hpp"

namespace weir::conformance {

inline constexpr const char* kNoTaskCall =
    "no tool that may be called can be called as a task: list one under safe_tools in the profile";

/// Makes the call as a task, in the shared conversation.
wire::Result<wire::mcp::Reply> call_as_task(Probe& probe, const ToolCall& call);

/// The id of the task that a call created; empty where it created none.
std::string created_task(const wire::mcp::Reply& reply);

/// What is wrong with a task as the schema has one, in words; empty where nothing is.
std::string wrong_with_task(const Probe& probe, const json::value& task);

}  // namespace weir::conformance
