// Runs checks against a surveyed target: which of them apply in which era, how many at once, and when to stop.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "conformance/probe/probe.hpp"

namespace weir::conformance {

inline constexpr std::chrono::seconds kDefaultBudget{120};
inline constexpr unsigned kThreads = 8;
inline constexpr int kHangsBeforeStop = 3;  ///< Checks in a row that got no answer, before the target is asked again.

struct RunnerOptions {
  std::vector<std::string> checks;  ///< Ids, as select_ids() gives them.
  reports::Level lowest = reports::Level::may;
  wire::Deadline deadline = wire::Deadline::in(kDefaultBudget);
  std::chrono::seconds budget = kDefaultBudget;  ///< For the sentence about it.
  unsigned threads = kThreads;
  const std::atomic<bool>* interrupted = nullptr;  ///< Set by a signal: finish what runs, start nothing.
};

struct RunnerOutcome {
  std::vector<reports::CheckResult> checks;  ///< Sorted by id, then era.
  std::vector<std::string> problems;
  bool interrupted = false;
  bool stopped_early = false;  ///< Budget, hang or signal: some checks were not asked.
};

RunnerOutcome run_checks(const Target& target, const RunnerOptions& options);

/// One check in one era (none: the target as a whole), judged as run_checks does. Neither redacts.
reports::CheckResult run_check(const Target& target, const CheckInfo& info, Era era, wire::Deadline deadline,
                               const std::atomic<bool>* stop = nullptr, bool* hung = nullptr, Worker* worker = nullptr);

}  // namespace weir::conformance
