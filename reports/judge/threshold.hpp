// Thresholds: `METRIC [in PHASE] [of POPULATION] [for TOOL] < VALUE`. One table of measures is the grammar, the
// documentation and the evaluation; a measure without a sample fails.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "reports/judge/results.hpp"

namespace weir::reports::load {

/// "stream_drop_ratio < 0.001", "call_latency_p99.9 in 'search 3' of agents for echo < 1s", "call_latency_p99 in hold <
/// 500ms", "heartbeat_gap_max < 20s", "calls_ok_ratio >= 0.999". Units: ns us ms s m h for times, % for ratios, KB MB
/// GB KiB MiB GiB for bytes, /s /m /h for rates; none means base units. The error is one line with the nearest measure.
tl::expected<Threshold, std::string> parse_threshold(std::string_view text);

/// A threshold without `in` judges `total`; `in search` judges all steps of the search together.
ThresholdResult judge(const Threshold& threshold, const Layout& layout, const PhaseResult& total,
                      const std::vector<PhaseResult>& phases);

/// What a run without thresholds is judged by; that of calls only where there are calls.
std::vector<Threshold> default_thresholds(const Layout& layout, const Snapshot& numbers = {});

struct MeasureHelp {
  std::string
      name;  ///< "stream_drops", or "call_latency_STAT" where STAT is p50, p99.9, any other pNN, max, min, mean.
  std::string unit;  ///< "seconds", "ratio", "count", "per second", "bytes", "number"
  std::string help;
};
std::vector<MeasureHelp> threshold_measures();
/// the grammar, every measure and the defaults, as text for a terminal.
std::string threshold_help();

}  // namespace weir::reports::load
