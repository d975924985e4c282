#include "loadgen/net/port_windows.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <string_view>

namespace weir::loadgen {

namespace {

#ifndef IP_LOCAL_PORT_RANGE
constexpr int IP_LOCAL_PORT_RANGE = 51;  // linux/in.h since 6.3; younger than Debian 12's headers.
#endif

bool set_range(int fd, std::uint32_t low, std::uint32_t high) {
  const std::uint32_t range = high << 16 | low;
  return ::setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range, sizeof(range)) == 0;
}

std::size_t hash_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return (std::size_t{v4.sin_addr.s_addr} * 0x9e3779b97f4a7c15U) ^ (std::size_t{v4.sin_port} * 0xff51afd7ed558ccdU);
  }
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(&address), sizeof(sockaddr_in6)});
}

}  // namespace

PortWindows::PortWindows() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  if (file >> low >> high && low < high && high <= UINT16_MAX) {
    *this = PortWindows(static_cast<std::uint16_t>(low), static_cast<std::uint16_t>(high),
                        static_cast<std::uint32_t>(::getpid()) * 97);
  }
}

PortWindows::PortWindows(std::uint16_t low, std::uint16_t high, std::uint32_t offset)
    : low_(low), high_(high), count_((high - low) / kWindowPorts + 1), offset_(offset % count_) {}

PortWindows::Range PortWindows::window(std::uint32_t turn) const {
  const std::uint32_t first = low_ + (offset_ + turn) % count_ * kWindowPorts;
  const std::uint32_t last = first + kWindowPorts - 1;
  return {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last < high_ ? last : high_)};
}

bool PortWindows::narrow(int fd, const sockaddr_storage* from, const sockaddr_storage& to) {
  if (count_ == 0) { return false; }
  const std::size_t hash = hash_of(to) + (from != nullptr ? hash_of(*from) * 31 : 0);
  const Range range = window(turns_[(hash >> 32 ^ hash) % turns_.size()]++ % count_);
  if (!set_range(fd, range.low, range.high)) {
    count_ = 0;  // The kernel is too old; do not ask again.
    return false;
  }
  return true;
}

void PortWindows::widen(int fd) { set_range(fd, 0, 0); }

}  // namespace weir::loadgen
