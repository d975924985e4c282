// The gate as a child process.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "conformance/hook/decision.hpp"

namespace weir::conformance::hook {

/// Runs a program with its output in ours, and waits for it. At `until` it is asked to end, and a second later ended.
wire::Result<GateEnd> run_gate(const std::string& program, const std::vector<std::string>& arguments,
                               std::chrono::steady_clock::time_point until);

}  // namespace weir::conformance::hook
