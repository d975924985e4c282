// Which reds of a run are those of another check: who met a trouble that has a cause has not met a fault of its own.
#pragma once

#include <string>
#include <vector>

#include "conformance/run/jobs.hpp"
#include "conformance/run/run_check.hpp"

namespace weir::conformance {

/// Why checks failed that met a trouble: the verdict of another check.
struct Reason {
  std::size_t job = 0;
  std::string text;
  wire::Clock::time_point since;
  bool shuts_out = false;  ///< No new client is let in any more.
};

/// What is known when everything was asked. The lists are as long as each other but for the reasons.
struct Asking {
  const Target& target;
  const std::vector<Job>& jobs;
  const std::vector<Aside>& asides;
  const std::vector<Reason>& reasons;
};

/// Makes what a reason explains, or another result implies, untestable by it. One of each kind stays red.
void name_causes(const Asking& run, std::vector<reports::CheckResult>& results);

}  // namespace weir::conformance
