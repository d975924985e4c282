#include <mutex>

#include "conformance/watch/watch.hpp"
#include "reports/conformance/prometheus.hpp"
#include "wire/serve/metrics_page.hpp"

namespace weir::conformance {

struct GateMetrics::Impl {
  std::string text() const {
    const std::lock_guard lock(mutex);
    return shown;
  }

  mutable std::mutex mutex;
  std::string shown;
  std::int64_t last_success_s = 0;
  std::optional<wire::Server> server;  ///< Ends before what it serves.
};

GateMetrics::GateMetrics(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GateMetrics::GateMetrics(GateMetrics&&) noexcept = default;
GateMetrics& GateMetrics::operator=(GateMetrics&&) noexcept = default;
GateMetrics::~GateMetrics() = default;

wire::Result<GateMetrics> GateMetrics::serve(const std::string& address, wire::Reach reach,
                                             std::int64_t last_success_s) {
  auto listener = wire::listen_at(address, reach, wire::kMetricsOption);
  if (!listener) { return tl::unexpected(listener.error()); }
  auto impl = std::make_unique<Impl>();
  impl->last_success_s = last_success_s;
  auto server =
      wire::Server::start(std::move(*listener), wire::metrics_page([own = impl.get()] { return own->text(); }));
  if (!server) { return tl::unexpected(server.error()); }
  impl->server = std::move(*server);
  return GateMetrics(std::move(impl));
}

void GateMetrics::show(const reports::Results& results) {
  std::string text = reports::render_prometheus(results, impl_->last_success_s);
  impl_->last_success_s = reports::last_success_in(text, results);
  const std::lock_guard lock(impl_->mutex);
  impl_->shown = std::move(text);
}

const std::string& GateMetrics::address() const { return impl_->server->address(); }

}  // namespace weir::conformance
