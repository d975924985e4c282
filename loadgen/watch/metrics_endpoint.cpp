#include "loadgen/watch/metrics_endpoint.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace weir::loadgen {

namespace {

using reports::load::Layout;

constexpr std::size_t kScrapers = 64;             // Connected at a time; beyond them the oldest has to go.
constexpr std::size_t kRequestBytes = 16 * 1024;  // Of a head.
constexpr std::chrono::milliseconds kBreath{10};  // Until there may be a descriptor again.

struct Address {
  std::string ip = "127.0.0.1";
  std::uint16_t port = 0;
  std::string text() const { return v6() ? fmt::format("[{}]:{}", ip, port) : fmt::format("{}:{}", ip, port); }
  bool v6() const { return ip.find(':') != std::string::npos; }
  bool loopback() const { return v6() ? ip == "::1" : ip.starts_with("127."); }
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

wire::Result<Address> parse(const std::string& given, Reach reach) {
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
  if (reach == Reach::loopback && !address.loopback()) {
    return refuse(given,
                  "others could read it there, and it asks nobody for a password: add --metrics-public to allow it");
  }
  return address;
}

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) { ::close(fd_); }
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

wire::Result<Descriptor> listen_at(const std::string& given, Address& address) {
  socklen_t length = 0;
  auto storage = address.storage(length);
  Descriptor made(::socket(address.v6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  if (made.get() >= 0) { ::setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); }
  auto* name = reinterpret_cast<sockaddr*>(&storage);
  if (made.get() < 0 || ::bind(made.get(), name, length) != 0 || ::listen(made.get(), SOMAXCONN) != 0 ||
      ::getsockname(made.get(), name, &length) != 0) {
    const int error = errno;
    return refuse(given, fmt::format("{}; give another address, or port 0 for any that is free",
                                     error == EADDRINUSE ? "something listens there already" : std::strerror(error)));
  }
  address.port = ntohs(address.v6() ? reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port
                                    : reinterpret_cast<sockaddr_in*>(&storage)->sin_port);
  return made;
}

/// The latest second, made into text when somebody asks.
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

std::string answer(std::string_view head, const Totals& totals) {
  const auto response = [&](std::string_view status, std::string_view type, const std::string& body) {
    const std::string fields =
        fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", status, type,
                    body.size());
    return head.starts_with("HEAD ") ? fields : fields + body;
  };
  const std::size_t target = head.find(' ') + 1;
  const std::string_view path = head.substr(target, head.find_first_of(" ?\r\n", target) - target);
  if (!head.starts_with("GET ") && !head.starts_with("HEAD ")) {
    return response("405 Method Not Allowed\r\nAllow: GET, HEAD", "text/plain", "ask with GET\n");
  }
  if (path != "/metrics") { return response("404 Not Found", "text/plain", "there is /metrics only\n"); }
  return response("200 OK", "text/plain; version=0.0.4; charset=utf-8", totals.text());
}

/// Whoever asks. Nobody is waited for: who says nothing, or reads nothing, holds a place until others want it.
struct Scraper {
  Descriptor socket;
  std::string said;
  std::string unsent;

  /// Whether there is more to come of it.
  bool go_on(const Totals& totals) {
    if (unsent.empty() && !listen(totals)) { return false; }
    return unsent.empty() || speak();
  }

 private:
  bool listen(const Totals& totals) {
    std::array<char, 4096> block{};
    const ssize_t count = ::recv(socket.get(), block.data(), block.size(), 0);
    if (count < 0) { return errno == EAGAIN || errno == EINTR; }
    said.append(block.data(), static_cast<std::size_t>(count));
    const bool whole = said.find("\r\n\r\n") != std::string::npos || said.find("\n\n") != std::string::npos;
    if (whole) { unsent = answer(said, totals); }
    return whole || (count > 0 && said.size() <= kRequestBytes);
  }
  bool speak() {
    const ssize_t count = ::send(socket.get(), unsent.data(), unsent.size(), MSG_NOSIGNAL);
    if (count < 0) { return errno == EAGAIN || errno == EINTR; }
    unsent.erase(0, static_cast<std::size_t>(count));
    if (unsent.empty()) { ::shutdown(socket.get(), SHUT_WR); }
    return !unsent.empty();
  }
};

}  // namespace

struct MetricsEndpoint::Impl {
  Impl(Layout layout, MetricLabels labels) : totals(std::move(layout), std::move(labels)) {}
  ~Impl() {
    if (!thread.joinable()) { return; }
    ::shutdown(wake[1].get(), SHUT_RDWR);
    thread.join();
  }

  void serve() {
    std::list<Scraper> scrapers;  // The oldest first.
    std::vector<pollfd> polled;
    for (;;) {
      polled.assign({{wake[0].get(), POLLIN, 0}, {listener.get(), POLLIN, 0}});
      for (const Scraper& one : scrapers) {
        polled.push_back({one.socket.get(), static_cast<short>(one.unsent.empty() ? POLLIN : POLLOUT), 0});
      }
      if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) { return; }
      if (polled[0].revents != 0) { return; }
      auto event = polled.begin() + 2;
      for (auto one = scrapers.begin(); one != scrapers.end(); ++event) {
        one = event->revents == 0 || one->go_on(totals) ? std::next(one) : scrapers.erase(one);
      }
      if (polled[1].revents != 0) { welcome(scrapers); }
    }
  }

  void welcome(std::list<Scraper>& scrapers) const {
    Descriptor socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket.get() < 0) {
      // Without a descriptor to spare the connection stays in the queue: another one makes room.
      if (errno != EMFILE && errno != ENFILE) { return; }
      if (!scrapers.empty()) { return scrapers.pop_front(); }
      std::this_thread::sleep_for(kBreath);
      return;
    }
    if (scrapers.size() >= kScrapers) { scrapers.pop_front(); }
    scrapers.push_back({.socket = std::move(socket), .said = {}, .unsent = {}});
  }

  Totals totals;
  Descriptor listener;
  std::array<Descriptor, 2> wake;
  std::string bound;
  std::thread thread;
};

MetricsEndpoint::MetricsEndpoint(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MetricsEndpoint::MetricsEndpoint(MetricsEndpoint&&) noexcept = default;
MetricsEndpoint& MetricsEndpoint::operator=(MetricsEndpoint&&) noexcept = default;
MetricsEndpoint::~MetricsEndpoint() = default;

wire::Result<void> check_metrics_address(const std::string& given, Reach reach) {
  auto address = parse(given, reach);
  if (!address) { return tl::unexpected(address.error()); }
  const auto listener = listen_at(given, *address);
  return listener ? wire::Result<void>() : tl::unexpected(listener.error());
}

wire::Result<MetricsEndpoint> MetricsEndpoint::start(const std::string& given, Layout layout, MetricLabels labels,
                                                     Reach reach) {
  auto address = parse(given, reach);
  if (!address) { return tl::unexpected(address.error()); }
  auto listener = listen_at(given, *address);
  if (!listener) { return tl::unexpected(listener.error()); }
  auto impl = std::make_unique<Impl>(std::move(layout), std::move(labels));
  impl->listener = std::move(*listener);
  impl->bound = address->text();
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return refuse(given, std::strerror(errno));
  }
  impl->wake = {Descriptor(pair[0]), Descriptor(pair[1])};
  try {
    impl->thread = std::thread([own = impl.get()] { own->serve(); });
  } catch (const std::system_error& error) { return refuse(given, error.what()); }
  return MetricsEndpoint(std::move(impl));
}

void MetricsEndpoint::update(const Moment& moment) { impl_->totals.set(moment); }
void MetricsEndpoint::conclude(std::vector<prometheus::MetricFamily> verdict) {
  impl_->totals.conclude(std::move(verdict));
}
const std::string& MetricsEndpoint::address() const { return impl_->bound; }

}  // namespace weir::loadgen
