#include "loadgen/watch/metrics_endpoint.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

namespace weir::loadgen {

namespace {

using reports::load::Layout;
using reports::load::Snapshot;

struct Address {
  std::string ip = "127.0.0.1";
  std::uint16_t port = 0;
  std::string text() const { return v6() ? fmt::format("[{}]:{}", ip, port) : fmt::format("{}:{}", ip, port); }
  bool v6() const { return ip.find(':') != std::string::npos; }
  sockaddr_storage storage(socklen_t& length) const {
    sockaddr_storage made{};
    if (v6()) {
      auto* v6_address = reinterpret_cast<sockaddr_in6*>(&made);
      *v6_address = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
      ::inet_pton(AF_INET6, ip.c_str(), &v6_address->sin6_addr);
      length = sizeof *v6_address;
    } else {
      auto* v4_address = reinterpret_cast<sockaddr_in*>(&made);
      v4_address->sin_family = AF_INET;
      v4_address->sin_port = htons(port);
      ::inet_pton(AF_INET, ip.c_str(), &v4_address->sin_addr);
      length = sizeof *v4_address;
    }
    return made;
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
    if (address.ip == "localhost") { address.ip = "127.0.0.1"; }
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
  socklen_t length = 0;
  const auto storage = address.storage(length);
  const int fd = ::socket(address.v6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (fd >= 0) { ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); }
  const bool bound =
      fd >= 0 && ::bind(fd, reinterpret_cast<const sockaddr*>(&storage), length) == 0 && ::listen(fd, 1) == 0;
  const int error = errno;
  if (fd >= 0) { ::close(fd); }
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

/// The exposer's acceptor sleeps for up to two seconds before it looks whether it should end, unless a connection
/// comes.
class AcceptorWaker {
 public:
  explicit AcceptorWaker(const Address& address) : address_(address) {
    try {
      thread_ = std::thread([this] { connect_until_done(); });
    } catch (const std::system_error&) {
      // No thread to be had: the end takes two seconds.
    }
  }
  ~AcceptorWaker() {
    done_ = true;
    if (thread_.joinable()) { thread_.join(); }
  }
  AcceptorWaker(const AcceptorWaker&) = delete;
  AcceptorWaker& operator=(const AcceptorWaker&) = delete;

 private:
  void connect_until_done() const {
    socklen_t length = 0;
    const auto storage = address_.storage(length);
    while (!done_) {
      if (const int fd = ::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); fd >= 0) {
        ::connect(fd, reinterpret_cast<const sockaddr*>(&storage), length);
        ::close(fd);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  Address address_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace

struct MetricsEndpoint::Impl {
  ~Impl() {
    if (exposer) {
      const AcceptorWaker waker(address);
      exposer.reset();
    }
  }
  std::shared_ptr<Totals> totals;
  std::unique_ptr<prometheus::Exposer> exposer;
  Address address;
  std::string bound;
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
  if (!parsed) { return tl::unexpected(parsed.error()); }
  // The library says "possible problem binding to port" of every fault; the kernel knows better.
  if (auto free = try_to_bind(address, *parsed); !free) { return tl::unexpected(free.error()); }
  auto impl = std::make_unique<Impl>();
  impl->totals = std::make_shared<Totals>(std::move(layout), std::move(labels));
  try {
    impl->exposer = std::make_unique<prometheus::Exposer>(parsed->text(), 1);
    impl->exposer->RegisterCollectable(impl->totals);
    if (const auto ports = impl->exposer->GetListeningPorts(); !ports.empty()) {
      parsed->port = static_cast<std::uint16_t>(ports.front());
    }
  } catch (const std::exception& error) { return refuse(address, error.what()); }
  impl->address = *parsed;
  impl->bound = parsed->text();
  return MetricsEndpoint(std::move(impl));
}

void MetricsEndpoint::update(const Snapshot& totals) { impl_->totals->set(totals); }
const std::string& MetricsEndpoint::address() const { return impl_->bound; }

}  // namespace weir::loadgen
