// A whole run: preflight, survey, checks, tools lock, baseline, and the exit code that follows from them.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "conformance/deploy/across_deploy.hpp"
#include "conformance/run/baseline.hpp"
#include "conformance/run/older_revisions.hpp"
#include "conformance/run/runner.hpp"
#include "conformance/tools_lock/tools_lock.hpp"

namespace weir::conformance {

struct RunPlan {
  wire::Profile profile;  ///< Options of the command line are merged into it.
  wire::Url url;
  std::vector<std::string> checks;  ///< Ids.
  reports::Level lowest = reports::Level::may;
  std::string checkset;  ///< The release whose checks these are; empty: they are all of them, or some by name.
  bool strict = false;
  std::optional<std::chrono::milliseconds> budget;  ///< Absent: by the pace of the target (pace.hpp).
  std::chrono::milliseconds answer_timeout = wire::limits::kAnswerTimeout;
  std::chrono::milliseconds hold{0};
  Older older = Older::nothing;
  std::optional<unsigned> concurrency;  ///< Checks at a time; absent: by the pace of the target.
  int auth_attempts = kAuthAttempts;
  std::chrono::milliseconds watch{0};  ///< From one run to the next; 0: there is one.
  std::optional<Baseline> baseline;
  std::optional<ToolsLockOptions> tools_lock;
  std::optional<AcrossDeployOptions> across_deploy;  ///< Deploys once every other check has been asked.
  std::string version;
  std::string started_at;  ///< RFC 3339, UTC; its date decides what has expired.
  const std::atomic<bool>* interrupted = nullptr;
  Progress* progress = nullptr;  ///< For a terminal; may be absent.
};

/// The results, redacted and with their exit code. An error (a tools lock that cannot be read) is bad configuration.
wire::Result<reports::Results> conduct(const RunPlan& plan);

/// What decides the exit code besides the verdicts.
struct Circumstances {
  bool interrupted = false;
  bool stopped_early = false;  ///< Some checks were not asked.
  std::size_t baseline_problems = 0;
  bool tools_changed = false;  ///< Up to the gate of the tools lock.
  bool tools_unknown = false;  ///< A lock was given but could not be compared.
  bool deploy_failed = false;  ///< Its command did not end well: nothing is known of a deploy.
  std::size_t eras_lost = 0;   ///< Found, but no conversation could be opened in them.
  std::string lacked;          ///< What this machine, or Weir itself, could not give to the run; empty: nothing.
};

/// Sets summary, exit_code and exit_reason. A MAY that is not met never counts; a run that could verify less than half
/// of the MUSTs and SHOULDs that apply is inconclusive, never good.
void conclude(reports::Results& results, const Circumstances& given);

}  // namespace weir::conformance
