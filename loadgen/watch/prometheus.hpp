// The numbers of a run as Prometheus metric families: names, labels and buckets that dashboards and alerts rely on. A
// pure function of the merged totals; every known label set is there from the first scrape on, with zero.
#pragma once

#include <prometheus/metric_family.h>

#include <optional>
#include <string>
#include <vector>

#include "loadgen/watch/native_histogram.hpp"
#include "reports/judge/results.hpp"

namespace weir::loadgen {

/// Label values that are the same for a whole run.
struct MetricLabels {
  std::string target;  ///< Name of the target, never a URL with credentials.
  std::string shard = "1/1";
  std::string version;
  reports::load::RunInfo run;  ///< What `weir_load_run_info` tells, to be joined by `target` to every other series.
};

/// What a scrape sees of a run.
struct Moment {
  explicit Moment(const reports::load::Layout& layout) : totals(layout) {}

  reports::load::Snapshot totals;  ///< Counters and histograms since the start; gauges, and what is open, of now.
  std::optional<reports::load::PhaseInfo> phase;           ///< The one that goes on.
  std::vector<reports::load::ThresholdResult> thresholds;  ///< By the numbers so far.
  std::uint64_t incidents = 0;
  bool valid = true;  ///< The generator keeps up, so far.
};

/// Counters and histograms since the start of the run, gauges of the latest second.
std::vector<prometheus::MetricFamily> metric_families(const reports::load::Layout& layout, const Moment& moment,
                                                      const MetricLabels& labels);

/// The same with a native histogram beside each classic one.
struct Exposition {
  std::vector<prometheus::MetricFamily> families;
  std::vector<std::vector<NativeHistogram>> native;  ///< [i][j] is of metric j of family i; none of other families.
};
Exposition exposition_of(const reports::load::Layout& layout, const Moment& moment, const MetricLabels& labels);

/// What is known at the end alone, as a few gauges: the verdict, each threshold, and the numbers by which nights are
/// compared. They stay as they are until the next run, so none is one that goes on.
std::vector<prometheus::MetricFamily> verdict_families(const reports::load::LoadResults& results,
                                                       const MetricLabels& labels, std::int64_t ended_unix_s);

/// The labels that tell which run it is: a fixed set of names and the user's few, each value of a bounded length.
std::vector<prometheus::ClientMetric::Label> run_labels(const MetricLabels& labels);

/// The text format (version 0.0.4) of families.
std::string metrics_text(const std::vector<prometheus::MetricFamily>& families);

/// Messages io.prometheus.client.MetricFamily, each after its length: the one format that has native histograms.
std::string metrics_protobuf(const Exposition& exposition);

}  // namespace weir::loadgen
