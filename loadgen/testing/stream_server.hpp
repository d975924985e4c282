// A server in a process of its own that holds streams and does nothing else: what a benchmark of the client needs as
// the other side. GET /stream is held, any other request is answered; broadcast() sends an event to all streams.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace weir::loadgen::testing {

inline void raise_file_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class StreamServer {
 public:
  static constexpr std::string_view kEvent = "1d\r\ndata: {\"sequence\":123456}\n\n\r\n";

  explicit StreamServer(std::shared_ptr<SSL_CTX> tls = nullptr) : tls_(std::move(tls)) {
    raise_file_limit();
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 4096);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control_.data());
    child_ = ::fork();
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::close(control_[0]);
      serve();
      ::_exit(0);
    }
    ::close(control_[1]);
    ::close(listener_);
  }
  StreamServer(const StreamServer&) = delete;
  StreamServer& operator=(const StreamServer&) = delete;
  ~StreamServer() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    ::close(control_[0]);
  }

  std::uint16_t port() const { return port_; }
  void broadcast() const {
    if (::write(control_[0], "e", 1) != 1) { std::abort(); }
  }

 private:
  struct Peer {
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, SSL_free};
    bool open = false;
    bool stream = false;
  };

  void serve() {
    const int set = ::epoll_create1(0);
    const auto watch = [set](int fd) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = fd;
      ::epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
    };
    watch(listener_);
    watch(control_[1]);
    std::array<epoll_event, 512> events{};
    for (;;) {
      const int count = ::epoll_wait(set, events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_) {
          for (int fresh = 0; (fresh = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
            set_up(fresh);
            watch(fresh);
          }
        } else if (fd == control_[1]) {
          char byte = 0;
          if (::read(fd, &byte, 1) != 1) { return; }
          for (std::size_t peer = 0; peer < peers_.size(); ++peer) {
            if (peers_[peer].stream) { send(static_cast<int>(peer), kEvent); }
          }
        } else {
          hear(fd);
        }
      }
    }
  }

  void set_up(int fd) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (static_cast<std::size_t>(fd) >= peers_.size()) { peers_.resize(static_cast<std::size_t>(fd) + 1); }
    Peer& peer = peers_[static_cast<std::size_t>(fd)];
    peer.open = true;
    if (tls_) {
      peer.ssl.reset(SSL_new(tls_.get()));
      SSL_set_fd(peer.ssl.get(), fd);
      SSL_set_accept_state(peer.ssl.get());
    }
  }

  void send(int fd, std::string_view bytes) {
    SSL* ssl = peers_[static_cast<std::size_t>(fd)].ssl.get();
    if (ssl != nullptr) {
      SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size()));
      SSL_free_buffers(ssl);
    } else {
      ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
  }

  void hear(int fd) {
    Peer& peer = peers_[static_cast<std::size_t>(fd)];
    std::array<char, 4096> block{};
    const auto got =
        peer.ssl ? SSL_read(peer.ssl.get(), block.data(), block.size()) : ::recv(fd, block.data(), block.size(), 0);
    if (got <= 0) {
      const bool waits = peer.ssl ? SSL_get_error(peer.ssl.get(), static_cast<int>(got)) == SSL_ERROR_WANT_READ
                                  : got < 0 && errno == EAGAIN;
      if (!waits) {
        ::close(fd);
        peer = {};
      }
      return;
    }
    peer.stream = std::string_view(block.data(), static_cast<std::size_t>(got)).starts_with("GET /stream");
    send(fd, peer.stream ? "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n"
                         : "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
  }

  std::shared_ptr<SSL_CTX> tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::array<int, 2> control_{-1, -1};
  pid_t child_ = -1;
  std::vector<Peer> peers_;
};

}  // namespace weir::loadgen::testing
