// Two load runs of one scenario against one target: in each phase, of each measure, what it was, what it is, and
// whether the difference is more than chance and more than anybody minds.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "reports/compare/blocks.hpp"
#include "reports/compare/statistics.hpp"
#include "reports/draw/formats.hpp"
#include "reports/judge/format.hpp"

namespace weir::reports::compare {

inline constexpr int kLoadComparisonSchemaVersion = 1;
inline constexpr double kFalseDiscoveryRate = 0.01;

struct LoadOptions {
  bool other_target = false;
  double tolerance = 0.03;          ///< A difference is one from so large a share on ...
  double floor_seconds = 0.001;     ///< ... and of times, from so much on;
  double floor_share = 0.001;       ///< of shares (failures of attempts), from so much on;
  double floor_per_1000_hours = 1;  ///< of events in 1,000 stream-hours, from so many on.
};

enum class Change { better, same, worse, unknown };
std::string_view to_string(Change change);

struct MeasureChange {
  std::string phase;
  std::string scope;  ///< "", a population, or "population, tool".
  std::string measure;
  load::Unit unit = load::Unit::number;
  std::optional<double> before, after;  ///< Absent where nothing was measured.
  Evidence evidence;
  bool more_is_worse = true;
  Change change = Change::unknown;
  std::string why_unknown;
  bool vanished = false;  ///< Measured before, and not any more.
  /// Where in the later run the change is seen, in seconds from its start; -1 where there is none.
  double from_seconds = -1, to_seconds = -1;
  double strength = 0;  ///< How clearly (a log-likelihood ratio).
};

struct LoadComparison {
  load::RunInfo before, after;
  double before_seconds = 0, after_seconds = 0;
  std::vector<MeasureChange> measures;
  std::optional<std::size_t> first;  ///< What changed first, of `measures`.
  std::vector<std::string> notes;
  ExitCode exit_code = ExitCode::good;
  std::string exit_reason;
};

/// The error is one sentence that says why the two cannot be compared: exit code 4.
tl::expected<LoadComparison, std::string> compare_loads(const RecordedRun& before, const RecordedRun& after,
                                                        const LoadOptions& options = {});

std::string console_text(const LoadComparison& comparison, const ConsoleOptions& options = {});
std::string json_text(const LoadComparison& comparison);

}  // namespace weir::reports::compare
