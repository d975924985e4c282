#include "loadgen/watch/metrics_endpoint.hpp"

#include <mutex>
#include <utility>

#include "wire/serve/metrics_page.hpp"

namespace weir::loadgen {

namespace {

using reports::load::Layout;

/// The latest second, made into what somebody asks for when it is asked for.
class Totals {
 public:
  Totals(Layout layout, MetricLabels labels)
      : layout_(std::move(layout)), labels_(std::move(labels)), moment_(layout_) {}

  std::string text() const {
    const auto [moment, verdict] = copy();
    auto families = metric_families(layout_, moment, labels_);
    families.insert(families.end(), verdict.begin(), verdict.end());
    return metrics_text(families);
  }
  std::string protobuf() const {
    const auto [moment, verdict] = copy();
    auto exposition = exposition_of(layout_, moment, labels_);
    exposition.families.insert(exposition.families.end(), verdict.begin(), verdict.end());
    return metrics_protobuf(exposition);
  }
  void set(const Moment& moment) {
    Moment fresh = moment;
    const std::lock_guard lock(mutex_);
    std::swap(moment_, fresh);
  }
  void conclude(std::vector<prometheus::MetricFamily> verdict) {
    const std::lock_guard lock(mutex_);
    verdict_ = std::move(verdict);
  }

 private:
  std::pair<Moment, std::vector<prometheus::MetricFamily>> copy() const {
    const std::lock_guard lock(mutex_);
    return {moment_, verdict_};
  }
  const Layout layout_;
  const MetricLabels labels_;
  mutable std::mutex mutex_;
  Moment moment_;
  std::vector<prometheus::MetricFamily> verdict_;  ///< Empty while the run goes on.
};

}  // namespace

struct MetricsEndpoint::Impl {
  Impl(Layout layout, MetricLabels labels) : totals(std::move(layout), std::move(labels)) {}

  Totals totals;
  std::optional<wire::Server> server;  ///< Ends before what it serves.
};

MetricsEndpoint::MetricsEndpoint(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MetricsEndpoint::MetricsEndpoint(MetricsEndpoint&&) noexcept = default;
MetricsEndpoint& MetricsEndpoint::operator=(MetricsEndpoint&&) noexcept = default;
MetricsEndpoint::~MetricsEndpoint() = default;

wire::Result<void> check_metrics_address(const std::string& given, Reach reach) {
  const auto listener = wire::listen_at(given, reach, wire::kMetricsOption);
  return listener ? wire::Result<void>() : tl::unexpected(listener.error());
}

wire::Result<MetricsEndpoint> MetricsEndpoint::start(const std::string& given, Layout layout, MetricLabels labels,
                                                     Reach reach) {
  auto listener = wire::listen_at(given, reach, wire::kMetricsOption);
  if (!listener) { return tl::unexpected(listener.error()); }
  auto impl = std::make_unique<Impl>(std::move(layout), std::move(labels));
  auto server = wire::Server::start(std::move(*listener),
                                    wire::metrics_page([&totals = impl->totals] { return totals.text(); },
                                                       [&totals = impl->totals] { return totals.protobuf(); }));
  if (!server) { return tl::unexpected(server.error()); }
  impl->server = std::move(*server);
  return MetricsEndpoint(std::move(impl));
}

void MetricsEndpoint::update(const Moment& moment) { impl_->totals.set(moment); }
void MetricsEndpoint::conclude(std::vector<prometheus::MetricFamily> verdict) {
  impl_->totals.conclude(std::move(verdict));
}
const std::string& MetricsEndpoint::address() const { return impl_->server->address(); }

}  // namespace weir::loadgen
