#include "loadgen/watch/families.hpp"

#include <algorithm>
#include <span>

#include "wire/base/text.hpp"

namespace weir::loadgen {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::size_t kThresholdSeries = 100;  // A scenario may have a thousand.

ClientMetric labelled(std::vector<MetricLabel> labels) {
  ClientMetric metric;
  metric.label = std::move(labels);
  return metric;
}

}  // namespace

ClientMetric counter_of(std::vector<MetricLabel> labels, double value) {
  auto metric = labelled(std::move(labels));
  metric.counter.value = value;
  return metric;
}

ClientMetric gauge_of(std::vector<MetricLabel> labels, double value) {
  auto metric = labelled(std::move(labels));
  metric.gauge.value = value;
  return metric;
}

void append_thresholds(std::vector<MetricFamily>& families,
                       const std::vector<reports::load::ThresholdResult>& thresholds,
                       const std::vector<MetricLabel>& labels, const std::string& prefix, bool at_end) {
  MetricFamily passed{prefix + "_passed", "Whether a threshold holds.", MetricType::Gauge, {}};
  MetricFamily value{prefix + "_value", "What a threshold judges, in its base unit.", MetricType::Gauge, {}};
  MetricFamily bound{prefix + "_bound", "What a threshold compares with, in its base unit.", MetricType::Gauge, {}};
  std::vector<std::string> seen;  // The same line may stand twice in a scenario, a series may not.
  for (const auto& result : std::span(thresholds).first(std::min(thresholds.size(), kThresholdSeries))) {
    if (std::find(seen.begin(), seen.end(), result.threshold.text) != seen.end()) { continue; }
    seen.push_back(result.threshold.text);
    auto own = labels;
    own.push_back({"threshold", wire::valid_utf8(result.threshold.text)});
    bound.metric.push_back(gauge_of(own, result.threshold.bound));
    if (result.value) { value.metric.push_back(gauge_of(own, *result.value)); }
    if (result.value || at_end) { passed.metric.push_back(gauge_of(own, result.passed ? 1 : 0)); }
  }
  for (auto* family : {&passed, &value, &bound}) {
    if (!family->metric.empty()) { families.push_back(std::move(*family)); }
  }
}

}  // namespace weir::loadgen
