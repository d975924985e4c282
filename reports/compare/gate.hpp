// Two runs of the gate against one target: what fails now that did not, what passes again, what is no longer verified.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "reports/conformance/results.hpp"
#include "reports/draw/formats.hpp"

namespace weir::reports::compare {

inline constexpr int kGateComparisonSchemaVersion = 1;

struct GateOptions {
  bool other_target = false;     ///< Compare although the targets differ: blue with green.
  double slower_ratio = 1.5;     ///< A check is slower from this multiple on ...
  std::int64_t slower_ms = 500;  ///< ... and by so much at least: one run says little of how long a question takes.
};

/// One question, in the run before and in the run after. "not-asked" where a run did not ask it.
struct GateChange {
  std::string id;
  std::string title;
  Level level = Level::must;
  std::string endpoint, era;           ///< As in CheckResult.
  std::vector<std::string> revisions;  ///< Those in which the same was found, newest first.
  std::string before, after;           ///< Verdicts; "excused" where a baseline takes a failure.
  std::string message;                 ///< What the run after says of it.
  std::string fix;
  std::int64_t before_ms = 0, after_ms = 0;
  bool operator==(const GateChange&) const = default;
};

struct GateRun {
  std::string started_at, tool_version, target_name, target_url;
  Summary summary;
  std::int64_t duration_ms = 0;
  bool operator==(const GateRun&) const = default;
};

struct GateComparison {
  GateRun before, after;
  std::vector<GateChange> newly_failing;
  std::vector<GateChange> newly_passing;
  /// Verified before and not now, for whatever reason: untestable, an error, no longer declared, not asked.
  std::vector<GateChange> newly_unverified;
  std::vector<GateChange> newly_warned;  ///< Worse, and no failure: a warning, or one that a baseline excuses.
  std::vector<GateChange> first_asked;   ///< Not good, and not asked before: whether it is new, nobody knows.
  std::vector<GateChange> slower;
  int unchanged = 0;
  std::vector<std::string> notes;  ///< What a reader must know: another version of Weir, another baseline.
  ExitCode exit_code = ExitCode::good;
  bool operator==(const GateComparison&) const = default;
};

/// The error is one sentence that says why the two cannot be compared: exit code 4.
tl::expected<GateComparison, std::string> compare_gates(const Results& before, const Results& after,
                                                        const GateOptions& options = {});

std::string console_text(const GateComparison& comparison, const ConsoleOptions& options = {});
std::string json_text(const GateComparison& comparison);

}  // namespace weir::reports::compare
