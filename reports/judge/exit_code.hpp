// How a run ends, the same for every program that judges a target.
#pragma once

#include <string_view>

namespace weir::reports {

enum class ExitCode { good = 0, target_fails = 1, usage = 2, unreachable = 3, inconclusive = 4, interrupted = 130 };

/// One word for the head of a report: "PASS", "FAIL", "UNREACHABLE", "INCONCLUSIVE", "INTERRUPTED" or "BAD USAGE".
std::string_view headline(ExitCode code);

}  // namespace weir::reports
