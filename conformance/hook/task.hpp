// The gate as an ECS task, for what takes longer than a function may: started by one call of the hook, looked after by
// the next ones, which ECS makes while they are answered IN_PROGRESS.
#pragma once

#include "conformance/hook/means.hpp"

namespace weir::conformance::hook {

/// What a task may take beyond its gate's budget: to be placed, to pull its image, and to stop.
inline constexpr std::chrono::seconds kTaskStart{600};
/// DescribeTasks may not know a task that was started just now.
inline constexpr std::chrono::seconds kUnknownAtFirst{60};

/// One call: starts the task, or asks how it is. `invocation` is Lambda's id of the call: what names a try where the
/// event has no execution id.
wire::Result<Answer> look_after_task(const Event& event, const GateCall& call, std::string_view invocation,
                                     const Means& means);

/// At a roll-back nobody waits for the gate any more: the task that hookDetails name is stopped. What goes wrong is
/// logged, and stands in the way of nothing.
void stop_task(const Event& event, const Settings& settings, const Means& means);

}  // namespace weir::conformance::hook
