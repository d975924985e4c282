// Names to addresses, bounded in time: getaddrinfo itself knows no deadline.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "wire/base/error.hpp"
#include "wire/http/run_bounds.hpp"

namespace weir::wire {

struct SocketAddress {
  std::string ip;
  std::uint16_t port = 0;
  /// "203.0.113.7:443", "[::1]:80".
  std::string text() const;
};

/// "203.0.113.7:443" or "[::1]:443"; bad_input for anything else.
Result<SocketAddress> parse_socket_address(std::string_view text);

/// Every address of the host in the order of the system (RFC 6724); a numeric host is its own address.
/// resolve_failed where there is none, or none by the deadline.
Result<std::vector<SocketAddress>> look_up(const std::string& host, std::uint16_t port, Deadline deadline);
/// The same, but not beyond a run.
Result<std::vector<SocketAddress>> look_up_within(const RunBounds& run, const std::string& host, std::uint16_t port,
                                                  Deadline deadline);

}  // namespace weir::wire
