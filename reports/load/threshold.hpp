// Thresholds: `METRIC [in PHASE] [of POPULATION] [for TOOL] < VALUE`. One table of metrics is the grammar, the
// documentation and the evaluation; a metric without a sample fails.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "reports/load/results.hpp"

namespace weir::reports::load {

/// "stream_drop_ratio < 0.001", "call_latency_p99 in hold < 500ms", "heartbeat_gap_max < 20s", "calls_ok_ratio >=
/// 0.999". Units: ns us ms s m h for times, % for ratios; none means base units. The error is one line with the nearest
/// metric.
tl::expected<Threshold, std::string> parse_threshold(std::string_view text);

ThresholdResult judge(const Threshold& threshold, const Layout& layout, const PhaseResult& total,
                      const std::vector<PhaseResult>& phases);

struct MetricHelp {
  std::string name;
  std::string unit;  ///< "seconds", "ratio", "count", "per second"
  std::string help;
};
std::vector<MetricHelp> threshold_metrics();

}  // namespace weir::reports::load
