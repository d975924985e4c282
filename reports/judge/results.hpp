// The results of a load run as one value; every report of it is a pure function. accumulator.hpp makes it, of the run
// as it happens and of its journal alike.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/judge/exit_code.hpp"
#include "reports/measure/journal.hpp"
#include "reports/measure/run_info.hpp"
#include "reports/measure/snapshot.hpp"

namespace weir::reports::load {

inline constexpr int kLoadSchemaVersion = 1;

struct ThresholdResult {
  Threshold threshold;
  std::optional<double> value;  ///< Absent where nothing was measured: that fails.
  bool passed = false;
  bool by_default = false;  ///< The scenario has none: what anybody would expect.
  std::string message;      ///< "stream_drop_ratio 0.0021, wanted < 0.001 (21 of 10,000)"
  bool operator==(const ThresholdResult&) const = default;
};

/// How many streams were open, second by second.
struct OpenRange {
  std::int64_t at_start = 0;  ///< Before the first second: streams that an earlier phase opened.
  std::int64_t wanted = 0;    ///< The most that were wanted in any second.
  std::int64_t due = 0;       ///< The most that were wanted for more than a second: they had their time to be opened.
  std::int64_t peak = 0;      ///< The most that were open.
  std::int64_t held = 0;      ///< The most that were open, or were to be polled: those are missing to nobody.
  /// The fewest held, since as many as wanted were open for the first time; -1: they never were.
  std::int64_t least = -1;
  double least_ratio = -1;  ///< Likewise the smallest share of those wanted at the time.
  /// The most that were silent for 30, 60 and 120 seconds in any second.
  std::array<std::int64_t, 3> silent{};
  bool operator==(const OpenRange&) const = default;
};

/// What the workers took.
struct WorkerUse {
  double busy_mean = -1;  ///< CPU seconds a second of one worker: 1 is a whole core. -1: not measured.
  double busy_peak = -1;  ///< In the worst second.
  std::int64_t rss_peak_bytes = 0;
  std::int64_t rss_at_peak_open_bytes = 0;  ///< When the most streams were open.
  bool operator==(const WorkerUse&) const = default;
};

/// One phase, or the whole run, with all its numbers merged.
struct PhaseResult {
  PhaseInfo info;
  Snapshot numbers;
  std::int64_t peak_open = 0;
  OpenRange open;                  ///< Of all populations together.
  std::vector<OpenRange> open_of;  ///< Of each population.
  WorkerUse workers;
};

/// Calls that took about as long: between 2^(row/4) nanoseconds and 2^((row+1)/4).
struct LatencyCell {
  std::uint16_t row = 0;
  std::uint64_t calls = 0;
  bool operator==(const LatencyCell&) const = default;
};
inline constexpr int kLatencyRowsPerOctave = 4;

/// One second for plots.
struct Point {
  double at_seconds = 0;
  std::int64_t open = 0;
  std::uint64_t opened = 0;
  std::uint64_t dropped = 0;     ///< Ends other than by us.
  std::uint64_t not_opened = 0;  ///< Attempts that gave no stream.
  std::uint64_t events = 0;
  std::uint64_t calls = 0;
  std::uint64_t calls_failed = 0;
  double call_p50_seconds = 0, call_p90_seconds = 0, call_p99_seconds = 0;
  double lag_p99_seconds = 0;
  double wanted = 0, opening = 0;
  std::array<double, 3> silent{};  ///< For 30, 60 and 120 seconds.
  std::array<double, kEndReasons> ends{};
  std::array<double, kCallOutcomes> outcomes{};
  std::vector<LatencyCell> latency;  ///< By row, ascending.
  bool operator==(const Point&) const = default;
};

/// A clock that the ends of many streams point to: a time-out of silence, or a limit of age.
struct ClockCut {
  std::string population;
  double low_seconds = 0, high_seconds = 0;  ///< Where nine of ten of these ends lie.
  std::uint64_t streams = 0;
  std::string matches;   ///< "a 60 s hop: ALB idle_timeout, nginx proxy_read_timeout", or "".
  bool of_some = false;  ///< An age at which some streams ended, while others became older.
  bool operator==(const ClockCut&) const = default;
};

/// The largest load that a `search` phase found within its thresholds.
struct SearchResult {
  std::int64_t largest_passing = -1;   ///< -1: not even the first step.
  std::int64_t smallest_failing = -1;  ///< -1: the last step passed too.
  std::string limited_by;              ///< The threshold's text.
  bool operator==(const SearchResult&) const = default;
};

struct LoadResults {
  RunInfo run;
  Layout layout;
  std::int64_t duration_ns = 0;
  PhaseResult total;
  std::vector<PhaseResult> phases;
  std::vector<Point> timeline;  ///< At most kTimelinePoints; longer runs are thinned by merging neighbours.
  std::vector<ThresholdResult> thresholds;
  std::vector<ClockCut> idle_cuts;  ///< After so much silence.
  std::vector<ClockCut> age_cuts;   ///< At such an age, whatever was sent.
  std::optional<SearchResult> search;
  std::vector<std::string> incidents;  ///< "at 12.0 s: worker 1 died ..."
  std::vector<std::string> invalid;    ///< Why the run is inconclusive: "schedule lag p99 0.4 s beyond 0.1 s: CPU".
  bool complete = true;                ///< false: rendered from a journal without an end.
  std::vector<std::string>
      not_counted;  ///< By the Weir that wrote the journal: it is an older one. They stand at zero.
  ExitCode exit_code = ExitCode::inconclusive;
  std::string exit_reason;
};
inline constexpr std::size_t kTimelinePoints = 2'000;

}  // namespace weir::reports::load
