#include "loadgen/run/metrics_endpoint.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <exception>
#include <mutex>

namespace weir::loadgen {

namespace {

using reports::load::Layout;
using reports::load::Snapshot;

struct Address {
  std::string ip = "127.0.0.1";
  std::uint16_t port = 0;
  std::string text() const {
    return ip.find(':') == std::string::npos ? fmt::format("{}:{}", ip, port) : fmt::format("[{}]:{}", ip, port);
  }
};

tl::unexpected<wire::Error> refuse(const std::string& given, std::string_view why) {
  return wire::fail(wire::ErrorCode::bad_input, fmt::format("--metrics {}: {}", given, why));
}

wire::Result<Address> parse(const std::string& given) {
  Address address;
  const auto colon = given.rfind(':');
  std::string port = colon == std::string::npos ? given : given.substr(colon + 1);
  if (colon != std::string::npos && colon > 0) {
    address.ip = given.substr(0, colon);
    if (address.ip == "localhost") {
      address.ip = "127.0.0.1";
    }
    if (address.ip.size() > 2 && address.ip.front() == '[' && address.ip.back() == ']') {
      address.ip = address.ip.substr(1, address.ip.size() - 2);
    }
  }
  const auto end = port.data() + port.size();
  const auto parsed = std::from_chars(port.data(), end, address.port);
  in6_addr unused{};
  const bool numeric =
      ::inet_pton(AF_INET, address.ip.c_str(), &unused) == 1 || ::inet_pton(AF_INET6, address.ip.c_str(), &unused) == 1;
  if (port.empty() || parsed.ec != std::errc() || parsed.ptr != end || !numeric) {
    return refuse(given, "write it as ADDRESS:PORT, such as 127.0.0.1:9464 (port 0: any that is free)");
  }
  return address;
}

wire::Result<void> try_to_bind(const std::string& given, const Address& address) {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_in);
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (::inet_pton(AF_INET, address.ip.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(address.port);
  } else {
    ::inet_pton(AF_INET6, address.ip.c_str(), &v6->sin6_addr);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
    length = sizeof(sockaddr_in6);
  }
  const int fd = ::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (fd >= 0) {
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  }
  const bool bound =
      fd >= 0 && ::bind(fd, reinterpret_cast<const sockaddr*>(&storage), length) == 0 && ::listen(fd, 1) == 0;
  const int error = errno;
  if (fd >= 0) {
    ::close(fd);
  }
  if (!bound) {
    return refuse(given, fmt::format("{}; give another address, or port 0 for any that is free",
                                     error == EADDRINUSE ? "something listens there already" : std::strerror(error)));
  }
  return {};
}

/// The totals of the latest second, made into families when somebody asks.
class Totals final : public prometheus::Collectable {
 public:
  Totals(Layout layout, MetricLabels labels)
      : layout_(std::move(layout)), labels_(std::move(labels)), totals_(layout_) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    const auto totals = copy();
    return metric_families(layout_, totals, labels_);
  }
  void set(const Snapshot& totals) {
    Snapshot fresh = totals;
    const std::lock_guard lock(mutex_);
    std::swap(totals_, fresh);
  }

 private:
  Snapshot copy() const {
    const std::lock_guard lock(mutex_);
    return totals_;
  }
  const Layout layout_;
  const MetricLabels labels_;
  mutable std::mutex mutex_;
  Snapshot totals_;
};

}  // namespace

struct MetricsEndpoint::Impl {
  std::shared_ptr<Totals> totals;
  std::unique_ptr<prometheus::Exposer> exposer;
  std::string address;
};

MetricsEndpoint::MetricsEndpoint(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MetricsEndpoint::MetricsEndpoint(MetricsEndpoint&&) noexcept = default;
MetricsEndpoint& MetricsEndpoint::operator=(MetricsEndpoint&&) noexcept = default;
MetricsEndpoint::~MetricsEndpoint() = default;

wire::Result<void> check_metrics_address(const std::string& address) {
  const auto parsed = parse(address);
  return parsed ? try_to_bind(address, *parsed) : tl::unexpected(parsed.error());
}

wire::Result<MetricsEndpoint> MetricsEndpoint::start(const std::string& address, Layout layout, MetricLabels labels) {
  auto parsed = parse(address);
  if (!parsed) {
    return tl::unexpected(parsed.error());
  }
  // The library says "possible problem binding to port" of every fault; the kernel knows better.
  if (auto free = try_to_bind(address, *parsed); !free) {
    return tl::unexpected(free.error());
  }
  auto impl = std::make_unique<Impl>();
  impl->totals = std::make_shared<Totals>(std::move(layout), std::move(labels));
  try {
    impl->exposer = std::make_unique<prometheus::Exposer>(parsed->text(), 1);
    impl->exposer->RegisterCollectable(impl->totals);
    if (const auto ports = impl->exposer->GetListeningPorts(); !ports.empty()) {
      parsed->port = static_cast<std::uint16_t>(ports.front());
    }
  } catch (const std::exception& error) {
    return refuse(address, error.what());
  }
  impl->address = parsed->text();
  return MetricsEndpoint(std::move(impl));
}

void MetricsEndpoint::update(const Snapshot& totals) { impl_->totals->set(totals); }
const std::string& MetricsEndpoint::address() const { return impl_->address; }

}  // namespace weir::loadgen
