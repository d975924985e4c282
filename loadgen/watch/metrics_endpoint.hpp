// /metrics while the run goes on. It has a thread of its own: to be started when the workers have been forked. Whoever
// holds a connection open, silent or half asked, keeps nobody else from scraping.
#pragma once

#include <memory>
#include <string>

#include "loadgen/watch/prometheus.hpp"
#include "wire/base/error.hpp"
#include "wire/base/lifetime.hpp"
#include "wire/serve/listen.hpp"

namespace weir::loadgen {

using wire::Reach;

class MetricsEndpoint {
 public:
  /// "127.0.0.1:9464"; ":9464" and "9464" are on loopback; port 0 is any free one. The error is one line.
  static wire::Result<MetricsEndpoint> start(const std::string& given, reports::load::Layout layout,
                                             MetricLabels labels, Reach reach = Reach::loopback);
  MetricsEndpoint(MetricsEndpoint&&) noexcept;
  MetricsEndpoint& operator=(MetricsEndpoint&&) noexcept;
  ~MetricsEndpoint();

  /// What the next scrape sees. Copies.
  void update(const Moment& moment);
  /// What scrapes see beside it from now on: the verdict.
  void conclude(std::vector<prometheus::MetricFamily> verdict);
  /// "127.0.0.1:9464", with the port that was bound.
  const std::string& address() const WEIR_LIFETIME_BOUND;

 private:
  struct Impl;
  explicit MetricsEndpoint(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Whether the address can be bound, without threads: to be asked before the run.
wire::Result<void> check_metrics_address(const std::string& given, Reach reach = Reach::loopback);

}  // namespace weir::loadgen
