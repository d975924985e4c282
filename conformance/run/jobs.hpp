// What a run asks, in its order: each check in each era that it applies to.
#pragma once

#include <set>
#include <vector>

#include "conformance/run/runner.hpp"

namespace weir::conformance {

struct Job {
  const CheckInfo* info = nullptr;
  Era era = Era::none;
};

/// Checks of idle streams and connections: for nearly all of their time they wait.
bool is_watch(const CheckInfo& info);

/// Those that wait first, so that they wait beside the others instead of after them, and those that wait longest before
/// them; passive ones last.
std::vector<Job> jobs_of(const Target& target, const RunnerOptions& options);

/// What passive checks of the run judge.
std::set<Era> eras_seen(const std::vector<Job>& jobs);

}  // namespace weir::conformance
