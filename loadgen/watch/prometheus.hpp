// The numbers of a run as Prometheus metric families: names, labels and buckets that dashboards and alerts rely on. A
// pure function of the merged totals; every known label set is there from the first scrape on, with zero.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "reports/judge/results.hpp"

namespace weir::loadgen {

/// Label values that are the same for a whole run.
struct MetricLabels {
  std::string target;  ///< Name of the target, never a URL with credentials.
  std::string shard = "1/1";
  std::string version;
  reports::load::RunInfo run;  ///< What `weir_load_run_info` tells, to be joined by `target` to every other series.
};

/// Counters and histograms since the start of the run, gauges of the latest second.
std::vector<prometheus::MetricFamily> metric_families(const reports::load::Layout& layout,
                                                      const reports::load::Snapshot& totals,
                                                      const MetricLabels& labels);

/// What is known at the end alone: whether the run passed, when it ended, how long it took, each threshold.
std::vector<prometheus::MetricFamily> verdict_families(const reports::load::LoadResults& results,
                                                       const MetricLabels& labels, std::int64_t ended_unix_s);

/// The text format (version 0.0.4) of families.
std::string metrics_text(const std::vector<prometheus::MetricFamily>& families);

}  // namespace weir::loadgen
