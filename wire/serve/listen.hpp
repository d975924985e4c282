// Where a server for those who watch listens: on loopback, unless the user allowed more.
#pragma once

#include <string>
#include <string_view>

#include "wire/base/descriptor.hpp"
#include "wire/base/error.hpp"

namespace weir::wire {

/// Who may connect: an address beyond loopback is taken only where the user said so.
enum class Reach { loopback, anybody };

/// The options that an error about the address names.
struct ListenOption {
  std::string_view name;    ///< "--metrics"
  std::string_view permit;  ///< "--metrics-public"
};

inline constexpr ListenOption kMetricsOption{"--metrics", "--metrics-public"};

struct Listener {
  Descriptor socket;    ///< Non-blocking.
  std::string address;  ///< "127.0.0.1:9464", with the port that was bound.
};

/// "127.0.0.1:9464"; ":9464" and "9464" are on loopback; port 0 is any free one. The error is one line.
Result<Listener> listen_at(const std::string& given, Reach reach, const ListenOption& option);

}  // namespace weir::wire
