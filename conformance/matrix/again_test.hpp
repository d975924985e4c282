// For tests: whether the command that a failure prints shows the failure.
#pragma once

#include <string>

#include "conformance/probe/probe.hpp"

namespace weir::conformance {

/// Lets a shell run the command against the faulty endpoint for which it was printed, and against a right one. Empty
/// where what comes back is not the same; else what it was.
std::string why_not_shown(const std::string& command, const Target& faulty, const Target& right);

}  // namespace weir::conformance
