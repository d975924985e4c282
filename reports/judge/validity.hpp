// Whether the generator kept up: a run in which it did not says nothing about the target.
#pragma once

#include <string>
#include <vector>

#include "reports/judge/results.hpp"

namespace weir::reports::load {

/// Why the span is inconclusive, one sentence each: lag beyond the bound, ports or descriptors that ran out, streams
/// that we lost track of. Empty: it counts.
std::vector<std::string> generator_problems(const RunInfo& run, const Layout& layout, const PhaseResult& span);

/// "the workers were 12 % busy on average, 31 % in the worst second", or "".
std::string describe_busy(const WorkerUse& use);

}  // namespace weir::reports::load
