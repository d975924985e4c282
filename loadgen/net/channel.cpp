#include "loadgen/net/channel.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace weir::loadgen {

namespace {

constexpr int kDrainReads = 16;

void set_flag(int fd, int level, int option) {
  const int on = 1;
  ::setsockopt(fd, level, option, &on, sizeof(on));
}

}  // namespace

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> ip{};
  if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    ::inet_ntop(AF_INET, &v4.sin_addr, ip.data(), ip.size());
    return fmt::format("{}:{}", ip.data(), ntohs(v4.sin_port));
  }
  if (storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, ip.data(), ip.size());
    return fmt::format("[{}]:{}", ip.data(), ntohs(v6.sin6_port));
  }
  return "no address";
}

Channels::Channels() : buffer_(std::make_unique_for_overwrite<char[]>(limits::kReadBytes)) {}
Channels::~Channels() = default;

ConnectFailure Channels::connect_failure(int error_number) {
  switch (error_number) {
    case 0:
      return ConnectFailure::none;
    case ECONNREFUSED:
      return ConnectFailure::refused;
    case ETIMEDOUT:
      return ConnectFailure::timeout;
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
      return ConnectFailure::reset;
    case EADDRNOTAVAIL:
    case EADDRINUSE:
      return ConnectFailure::out_of_ports;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return ConnectFailure::out_of_files;
    default:
      return ConnectFailure::unreachable;
  }
}

wire::Descriptor keep_time_stamps() {
  wire::Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (socket.get() >= 0) { set_flag(socket.get(), SOL_SOCKET, SO_TIMESTAMPNS); }
  return socket;
}

Channels::Opened Channels::connect(const Address& destination, const Address* source) {
  const int fd = ::socket(destination.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) { return {.channel = {}, .failure = connect_failure(errno)}; }
  set_flag(fd, IPPROTO_TCP, TCP_NODELAY);
  set_flag(fd, SOL_SOCKET, SO_TIMESTAMPNS);
  const auto refused = [fd](ConnectFailure failure) {
    ::close(fd);
    return Opened{.channel = {}, .failure = failure};
  };
  if (source != nullptr) {
    // Without it bind() would reserve a port that no other destination may share.
    set_flag(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&source->storage), source->length) != 0) {
      return refused(errno == EADDRNOTAVAIL ? ConnectFailure::unreachable : connect_failure(errno));
    }
  }
  if (!start(fd, destination, source)) { return refused(connect_failure(errno)); }
  return {.channel = {.fd = fd, .tls = 0}, .failure = ConnectFailure::none};
}

/// False leaves the reason in errno.
bool Channels::start(int fd, const Address& destination, const Address* source) {
  const auto connect_now = [&] {
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&destination.storage), destination.length) == 0 ||
           errno == EINPROGRESS;
  };
  const sockaddr_storage* const from = source != nullptr ? &source->storage : nullptr;
  // Both families have the port at the same place.
  const bool port_is_fixed = from != nullptr && reinterpret_cast<const sockaddr_in&>(*from).sin_port != 0;
  for (int i = 0; i < PortWindows::kTries && !port_is_fixed && ports_.narrow(fd, from, destination.storage); ++i) {
    if (connect_now()) { return true; }
    if (errno != EADDRNOTAVAIL) { return false; }
    if (i + 1 == PortWindows::kTries) { PortWindows::widen(fd); }
  }
  return connect_now();
}

ConnectFailure Channels::connected(const Channel& channel) {
  int error_number = 0;
  socklen_t size = sizeof(error_number);
  if (::getsockopt(channel.fd, SOL_SOCKET, SO_ERROR, &error_number, &size) != 0) { error_number = errno; }
  return connect_failure(error_number);
}

bool Channels::begin_tls(Channel& channel, const TlsTarget& target) {
  channel.tls = tls_.begin(channel.fd, target);
  return channel.tls != 0;
}

std::int64_t Channels::write(const Channel& channel, std::string_view bytes) {
  if (channel.tls != 0) { return tls_.write(channel.tls - 1, bytes); }
  const ssize_t sent = ::send(channel.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent < 0 && would_block(errno) ? 0 : sent;
}

Received Channels::read(const Channel& channel) {
  return channel.tls != 0 ? tls_.read(channel.tls - 1, buffer_.get())
                          : wire::tls::receive_plain(channel.fd, buffer_.get(), limits::kReadBytes);
}

void Channels::settle(const Channel& channel) {
  if (channel.tls != 0) { tls_.settle(channel.tls - 1); }
}

void Channels::close_some(std::size_t most) {
  for (; most > 0 && !closing_.empty(); --most) {
    Channel channel = closing_.front();
    closing_.pop_front();
    close(channel);
  }
}

void Channels::close(Channel& channel, How how) {
  if (how == How::later) {
    closing_.push_back(channel);
    channel = {};
    return;
  }
  if (channel.tls != 0) { tls_.end(channel.tls - 1, how == How::orderly); }
  if (channel.fd >= 0) {
    if (how == How::reset) {
      const linger now{1, 0};
      ::setsockopt(channel.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    } else {
      for (int i = 0; i < kDrainReads; ++i) {  // MSG_TRUNC: the kernel drops them without a copy.
        if (::recv(channel.fd, nullptr, limits::kReadBytes, MSG_TRUNC | MSG_DONTWAIT) <= 0) { break; }
      }
    }
    ::close(channel.fd);
  }
  channel = {};
}

}  // namespace weir::loadgen
