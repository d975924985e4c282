// A file that pins the tools of targets, so that a deploy which breaks their callers is seen before it is live.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conformance/probe/probe.hpp"
#include "conformance/tools_lock/tool_diff.hpp"
#include "wire/base/redact.hpp"

namespace weir::conformance {

struct ToolsLockOptions {
  std::string path;
  std::string target;  ///< Key in the file: the profile's name, else the URL.
  Severity gate = Severity::breaking;
  bool accept = false;
};

/// One target's entry.
struct LockedTools {
  std::string era;  ///< The lists of eras differ by design, so the same era is compared again.
  std::string revision;
  ToolMap tools;
};

struct LockFile {
  std::map<std::string, LockedTools> targets;
};

wire::Result<LockFile> parse_lock(std::string_view text, std::string_view file_name);
/// Sorted, indented: made to be read in a review. parse_lock(write_lock(x)) == x.
std::string write_lock(const LockFile& lock);

/// What is pinned of a survey. People commit the file: a secret that the endpoint repeats in a tool is not in it.
LockedTools lock_of(const Survey& survey, const wire::Redactor& redactor);

struct LockOutcome {
  reports::ToolsLock report;
  bool breached = false;               ///< A change reaches the gate.
  std::optional<std::string> problem;  ///< The lists could not be compared.
};
/// Writes the file when the target is not in it or `accept` is set, else compares. `bad_input` for a file that cannot
/// be read, parsed or written.
wire::Result<LockOutcome> guard_tools(const ToolsLockOptions& options, const std::vector<Survey>& surveys,
                                      const wire::Redactor& redactor);

}  // namespace weir::conformance
