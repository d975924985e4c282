// Keeps connect() from searching a crowded range of ports. To one destination the kernel tries half of the ephemeral
// ports first, and once these are taken (14,116 connections on default settings) each connect() walks all of them: 36
// times slower. Narrowed to a small window of the range (IP_LOCAL_PORT_RANGE, Linux 6.3), with the windows in turn, it
// finds a free port at once until nearly all are taken. Older kernels go without: limits::kPortsPerPair is for them.
#pragma once

#include <array>
#include <cstdint>

struct sockaddr_storage;

namespace weir::loadgen {

class PortWindows {
 public:
  static constexpr std::uint32_t kWindowPorts = 64;
  static constexpr int kTries = 8;  ///< Windows that may turn out full before the whole range is searched.

  /// The system's range, /proc/sys/net/ipv4/ip_local_port_range.
  PortWindows();
  PortWindows(std::uint16_t low, std::uint16_t high, std::uint32_t offset);

  /// The socket, which is not connected, gets its port from the pair's next window. False where there are no windows.
  bool narrow(int fd, const sockaddr_storage* from, const sockaddr_storage& to);
  /// From the whole range again.
  static void widen(int fd);

  struct Range {
    std::uint16_t low = 0, high = 0;
  };
  /// Window number `turn` of the rotation.
  Range window(std::uint32_t turn) const;
  std::uint32_t count() const { return count_; }

 private:
  std::uint16_t low_ = 0;
  std::uint16_t high_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t offset_ = 0;  // Workers begin in different windows.
  std::array<std::uint32_t, 256>
      turns_{};  // By a hash of the pair: two pairs that share one lose nothing but evenness.
};

}  // namespace weir::loadgen
