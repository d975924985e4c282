// Runs checks against a surveyed target: which of them apply in which era, how many at once, and when to stop.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "conformance/run/progress.hpp"
#include "conformance/run/run_check.hpp"

namespace weir::conformance {

inline constexpr std::chrono::seconds kDefaultBudget{120};
inline constexpr unsigned kThreads = 8;
inline constexpr unsigned kMostThreads = 24;  ///< Where the network takes most of each answer.
inline constexpr int kHangsBeforeStop = 3;    ///< Checks in a row that got no answer, before the target is asked again.
inline constexpr int kAuthAttempts = 20;      ///< Requests with wrong credentials; who guesses more may be locked out.
inline constexpr int kThrottledAsks = 4;      ///< Of one check whose requests are answered 429, each after a wait.

struct RunnerOptions {
  std::vector<std::string> checks;  ///< Ids, as select_ids() gives them.
  reports::Level lowest = reports::Level::may;
  wire::Deadline deadline = wire::Deadline::in(kDefaultBudget);
  std::chrono::seconds budget = kDefaultBudget;  ///< For the sentence about it.
  unsigned threads = kThreads;
  int auth_attempts = kAuthAttempts;
  const std::atomic<bool>* interrupted = nullptr;  ///< Set by a signal: finish what runs, start nothing.
  Progress* progress = nullptr;                    ///< Told of each check; may be absent.
  /// Called at most once, by a worker that finds nothing left to begin while others may still wait: there is time for
  /// something else. Not of a run that was stopped, or in which something was found that loses requests.
  std::function<void()> meanwhile;
};

struct RunnerOutcome {
  std::vector<reports::CheckResult> checks;  ///< Sorted by id, then era.
  std::vector<std::string> problems;
  bool interrupted = false;
  bool stopped_early = false;  ///< Budget, hang or signal: some checks were not asked.
};

RunnerOutcome run_checks(const Target& target, const RunnerOptions& options);

}  // namespace weir::conformance
