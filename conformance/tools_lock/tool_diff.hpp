// What changed in the tools of an endpoint between two looks at them, and whom that breaks.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "conformance/tools_lock/schema_diff.hpp"
#include "reports/conformance/results.hpp"

namespace weir::conformance {

/// Tools by name, each with the members of the surface only (surface_of).
using ToolMap = std::map<std::string, wire::json::object>;

/// The members of a tool that callers depend on: title, description, inputSchema, outputSchema, annotations, execution.
wire::json::object surface_of(const wire::json::object& tool);

/// Sorted by severity, gravest first, then by tool and place.
std::vector<reports::ToolChange> diff_tools(const ToolMap& before, const ToolMap& after);

}  // namespace weir::conformance
