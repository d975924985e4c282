// How long a server keeps a connection without a request (RFC 9112 section 9.3).
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// A connection whose first request has been answered, and a second request for it.
struct KeptConnection {
  wire::Connection connection;
  wire::Request next;
  wire::Clock::time_point since;                         ///< Of its idleness.
  std::optional<std::chrono::milliseconds> announced{};  ///< Keep-Alive: timeout=
};

/// not_applicable where the endpoint closes each connection; untestable where the first request fails.
tl::expected<KeptConnection, Finding> keep_connection(Probe& probe);

/// "5 s", "0.4 s"
std::string in_seconds(std::chrono::milliseconds span);

}  // namespace weir::conformance
