// What metric families are made of: samples with their labels. For the metrics of a run and for those of its verdict.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <utility>
#include <vector>

#include "reports/judge/results.hpp"

namespace weir::loadgen {

using MetricLabel = prometheus::ClientMetric::Label;

prometheus::ClientMetric counter_of(std::vector<MetricLabel> labels, double value);
prometheus::ClientMetric gauge_of(std::vector<MetricLabel> labels, double value);

/// Thresholds as PREFIX_passed, PREFIX_value and PREFIX_bound. What is not measured yet has no value; whether it holds
/// is said of what was measured, and with `at_end` of all.
void append_thresholds(std::vector<prometheus::MetricFamily>& families,
                       const std::vector<reports::load::ThresholdResult>& thresholds,
                       const std::vector<MetricLabel>& labels, const std::string& prefix, bool at_end);

}  // namespace weir::loadgen
