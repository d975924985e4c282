// The outcome of a run for Prometheus when nobody scraped it: to a Pushgateway, or as a file for the node exporter's
// textfile collector. A failure is a problem of the run, never a changed verdict.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "loadgen/watch/prometheus.hpp"
#include "wire/base/error.hpp"

namespace weir::loadgen {

/// "/metrics/job/weir/target/NAME"; a name that is empty or has other than letters, digits, '-', '.', '_' and '~' is
/// sent as `target@base64`. A shard of a run has a group of its own, with `/shard@base64/`, so that none replaces what
/// another one pushed.
std::string push_path(const MetricLabels& labels);

/// PUT: the group is replaced as a whole. `gateway` is its base URL. The error is one sentence.
wire::Result<void> push_metrics(const std::string& gateway, const MetricLabels& labels, std::string text,
                                std::chrono::milliseconds timeout);

}  // namespace weir::loadgen
