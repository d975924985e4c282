// A scripted server for tests: it plays bytes as they are told, right or wrong, and ends connections in every way.
// POSIX sockets, so that nothing that is under test is also the measure.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "wire/http/http_client.hpp"
#include "wire/http/url.hpp"

namespace weir::wire::testing {

/// One accepted connection, as a script sees it.
class Peer {
 public:
  explicit Peer(int descriptor) : descriptor_(descriptor) {
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() {
    ssl_.reset();
    close();
  }

  /// The TLS handshake; false when the client gave up.
  bool accept_tls(SSL_CTX* context) {
    ssl_.reset(SSL_new(context), SSL_free);
    SSL_set_fd(ssl_.get(), descriptor_);
    return SSL_accept(ssl_.get()) == 1;
  }
  SSL* ssl() const { return ssl_.get(); }

  /// One request: its head, and as much body as its Content-Length says. Less when the client ends first.
  std::string read_request() {
    auto head_end = unread_.find("\r\n\r\n");
    while (head_end == std::string::npos && fill()) { head_end = unread_.find("\r\n\r\n"); }
    if (head_end == std::string::npos) { return take(unread_.size()); }
    std::size_t size = head_end + 4;
    const auto field = unread_.find("Content-Length: ");
    if (field < head_end) { size += std::stoul(unread_.substr(field + 16)); }
    while (unread_.size() < size && fill()) {}
    return take(std::min(size, unread_.size()));
  }

  /// Whether a request, or the client's end, comes before the time is over.
  bool readable_within(std::chrono::milliseconds span) const {
    pollfd waiting{descriptor_, POLLIN, 0};
    return !unread_.empty() || ::poll(&waiting, 1, static_cast<int>(span.count())) > 0;
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                             : ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) { return false; }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  bool send_bytewise(std::string_view bytes) {
    for (const char c : bytes) {
      if (!send({&c, 1})) { return false; }
    }
    return true;
  }

  void close_notify() { SSL_shutdown(ssl_.get()); }
  /// FIN; under TLS without close_notify.
  void fin() { ::shutdown(descriptor_, SHUT_WR); }
  /// RST, at once.
  void rst() {
    const linger now{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close();
  }
  void close() {
    const std::lock_guard lock(closing_);
    if (!closed_) { ::close(descriptor_); }
    closed_ = true;
  }

  enum class ClientEnd { fin, reset };
  /// Waits until the client has ended its side.
  ClientEnd wait_for_client_end() {
    while (fill()) { unread_.clear(); }
    return last_errno_ == ECONNRESET ? ClientEnd::reset : ClientEnd::fin;
  }
  /// Makes blocked calls return; from another thread.
  void abort() {
    const std::lock_guard lock(closing_);
    if (!closed_) { ::shutdown(descriptor_, SHUT_RDWR); }
  }

 private:
  bool fill() {
    char block[16 * 1024];
    const auto got = ssl_ ? SSL_read(ssl_.get(), block, sizeof(block)) : ::recv(descriptor_, block, sizeof(block), 0);
    last_errno_ = got < 0 ? errno : 0;
    if (got > 0) { unread_.append(block, static_cast<std::size_t>(got)); }
    return got > 0;
  }
  std::string take(std::size_t size) {
    std::string out = unread_.substr(0, size);
    unread_.erase(0, size);
    return out;
  }

  const int descriptor_;
  std::mutex closing_;
  bool closed_ = false;
  std::shared_ptr<SSL> ssl_;
  std::string unread_;
  int last_errno_ = 0;
};

inline constexpr std::chrono::seconds kLong{20};        ///< Never reached where the code is right.
inline constexpr std::chrono::milliseconds kShort{60};  ///< For what must not come.

inline constexpr std::string_view kSseHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

inline std::string chunk(std::string_view bytes) { return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes); }

/// Plays the n-th script for the n-th connection, the last one for all further ones; each on a thread of its own.
class RawServer {
 public:
  using Script = std::function<void(Peer&)>;

  explicit RawServer(Script script) : RawServer(std::vector<Script>{std::move(script)}) {}
  explicit RawServer(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL.
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0) {
      std::abort();
    }  // No port at all is left.
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { accept_all(); });
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;
  ~RawServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    for (const auto& peer : peers_) { peer->abort(); }
    for (auto& worker : workers_) { worker.join(); }
  }

  /// A server that reads one request, plays `bytes` and ends with FIN.
  static Script plays(std::string bytes) {
    return [bytes = std::move(bytes)](Peer& peer) {
      peer.read_request();
      peer.send(bytes);
      peer.fin();
      peer.wait_for_client_end();
    };
  }

  std::uint16_t port() const { return port_; }
  std::string origin(std::string_view scheme = "http", std::string_view host = "127.0.0.1") const {
    return std::string(scheme) + "://" + std::string(host) + ":" + std::to_string(port_);
  }
  Url url(std::string_view path = "/") const { return *parse_url(origin() + std::string(path)); }

 private:
  void accept_all() {
    for (std::size_t i = 0;; ++i) {
      const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (descriptor < 0) { return; }
      peers_.push_back(std::make_unique<Peer>(descriptor));
      workers_.emplace_back([&peer = *peers_.back(), &script = scripts_[std::min(i, scripts_.size() - 1)]] {
        script(peer);
        peer.close();
      });
    }
  }

  std::vector<Script> scripts_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::vector<std::thread> workers_;
  std::thread thread_;
};

/// What scripts saw, for the test's own thread.
class Recorder {
 public:
  void add(std::string text) {
    const std::lock_guard lock(mutex_);
    texts_.push_back(std::move(text));
    added_.notify_all();
  }
  std::vector<std::string> all() const {
    const std::lock_guard lock(mutex_);
    return texts_;
  }
  /// Waits until there are `count`; fewer come back only when something is wrong.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    added_.wait_for(lock, std::chrono::seconds(20), [&] { return texts_.size() >= count; });
    return texts_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable added_;
  std::vector<std::string> texts_;
};

inline Request get(const RawServer& server, std::string_view path = "/") {
  return {.method = "GET", .url = server.url(path)};
}

}  // namespace weir::wire::testing
