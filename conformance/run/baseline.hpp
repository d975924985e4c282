// Known failures: a YAML list of what a target may fail for now, each with a reason. An entry that no longer fails is
// a problem, so that the list only ever shrinks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/conformance/results.hpp"
#include "wire/base/error.hpp"

namespace weir::conformance {

struct BaselineEntry {
  std::string check;
  std::string era;  ///< Empty: every era.
  std::string reason;
  std::string expires;  ///< ISO date; from that day on the entry excuses nothing. Empty: never.
  int line = 0;         ///< In the file, for messages.
};

struct Baseline {
  std::string file_name;
  std::vector<BaselineEntry> entries;
  std::vector<std::string> problems;  ///< Entries that cannot be used: each makes the run fail.
};

/// `bad_input` when the file is no list of maps or has an unknown key; an entry without a reason, with an unknown id or
/// a wrong date is a problem instead, and so is not used.
wire::Result<Baseline> parse_baseline(std::string_view yaml, std::string_view file_name);
wire::Result<Baseline> load_baseline(const std::string& path);

/// Excuses failures and warnings that an entry names, and returns the problems: those of the file, entries that have
/// expired on `today` (ISO date), and stale ones, whose check passes now. A check that was not run or could not be
/// tested proves nothing about its entry.
std::vector<std::string> apply_baseline(const Baseline& baseline, std::string_view today,
                                        std::vector<reports::CheckResult>& checks);

}  // namespace weir::conformance
