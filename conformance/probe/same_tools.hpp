// Whether every list of tools of a run was the same (conformance/tap/tool_lists.hpp).
#pragma once

#include "conformance/probe/probe.hpp"
#include "conformance/tap/tool_lists.hpp"

namespace weir::conformance {

/// What was seen of one era up to now.
std::shared_ptr<const ToolsSeen> tools_seen(
    const Target& target, Era era, const std::function<void()>& before_each = [] {});
/// The same for a check that judges it.
std::shared_ptr<const ToolsSeen> tools_seen(const Probe& probe);

/// Judges the lists of the whole run, the exercise included, order and `_meta` aside.
Finding same_tools_everywhere(Probe& probe);

}  // namespace weir::conformance
