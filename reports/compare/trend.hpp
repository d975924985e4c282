// Many nights of one target as a series for each measure, and since when each is what it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "reports/compare/blocks.hpp"
#include "reports/conformance/results.hpp"
#include "reports/draw/formats.hpp"
#include "reports/judge/format.hpp"

namespace weir::reports::compare {

inline constexpr int kTrendSchemaVersion = 1;

struct NightValue {
  std::string phase;  ///< "" for the gate.
  std::string measure;
  load::Unit unit = load::Unit::number;
  double value = 0;
  bool more_is_worse = true;
  double floor = 0;  ///< A smaller difference is none.
};

/// One run, and what it is a night of: runs of the same series are compared.
struct Night {
  std::string file;
  std::string started_at;
  std::string series;  ///< "gate payments-staging", "load payments-staging soak.yaml 1a2b3c4d"
  std::vector<NightValue> values;
  std::string left_out;     ///< Why it does not count.
  bool summarized = false;  ///< Of a report that holds no samples: the journal of the same run says more.
};
Night night_of(std::string file, const Results& gate);
Night night_of(std::string file, const RecordedRun& run);
/// Of the JSON report of a load run: the same values, but for those that only samples tell (streams open, second by
/// second; quantiles of several populations or tools together).
tl::expected<Night, std::string> night_of_load_report(std::string file, std::string_view text);

/// A change that is known, in a file with a reason.
struct Acknowledged {
  std::string measure;
  std::string phase;  ///< Empty: any.
  std::string since;  ///< The date of the first night of the new level, a night more or less.
  std::string reason;
  bool operator==(const Acknowledged&) const = default;
};
/// YAML, a list. The error is one line with file and place.
tl::expected<std::vector<Acknowledged>, std::string> parse_acknowledged(std::string_view yaml, std::string_view file);

struct LevelChange {
  std::size_t night = 0;  ///< The first one of the new level, among those of the series.
  std::string since;
  double before = 0, after = 0;  ///< Medians of the levels.
  bool worse = false;
  std::string acknowledged;  ///< The reason, or "".
};

struct Series {
  std::string of;  ///< As Night::series.
  std::string phase, measure;
  load::Unit unit = load::Unit::number;
  std::vector<std::string> nights;  ///< started_at of each.
  std::vector<double> values;
  std::vector<LevelChange> changes;
};

struct Trend {
  std::vector<Series> series;
  std::vector<std::string> left_out;  ///< "night.jnl: the run was interrupted"
  std::vector<std::string> stale;     ///< Acknowledged changes that are none.
  ExitCode exit_code = ExitCode::good;
  std::string exit_reason;
};

inline constexpr double kTrendTolerance = 0.03;

Trend trend_of(std::vector<Night> nights, const std::vector<Acknowledged>& acknowledged,
               double tolerance = kTrendTolerance);

/// Eighths of a line's height, one character a night: the lowest value lowest.
std::string sparkline(const std::vector<double>& values, std::size_t most = 60);
std::string console_text(const Trend& trend, const ConsoleOptions& options = {});
std::string json_text(const Trend& trend);

}  // namespace weir::reports::compare
