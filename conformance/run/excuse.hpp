// Whether what made a check red is its own finding: another check may tell it already, or nobody could have heard it.
#pragma once

#include <string>

#include "conformance/probe/probe.hpp"

namespace weir::conformance {

/// Why a red finding of this check counts as untestable, for the report; empty where it counts. `probe` has asked.
std::string excuse_of(const Finding& red, const Probe& probe, const CheckInfo& info);

}  // namespace weir::conformance
