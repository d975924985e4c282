// Cut-offs that known software and services have by default. A match is a hint where to look, never a proof: anybody
// may have configured the same number.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::wire {

/// What a cut-off counts.
enum class Counts {
  silence,     ///< Time without a byte on an open response.
  age,         ///< Time since the request, whatever was sent.
  keep_alive,  ///< Time of a connection without a request.
};
std::string_view to_string(Counts counts);

struct KnownHop {
  double seconds = 0;
  Counts counts{};
  std::string_view name;
  /// For keep_alive: after how much silence the same software cuts a stream by default; 0 where that is not documented.
  double silence_seconds = 0;
  bool operator==(const KnownHop&) const = default;
};

/// By seconds, ascending.
std::span<const KnownHop> known_hops();

/// "a 60 s hop: ALB idle_timeout, nginx proxy_read_timeout"; "" where nothing matches.
std::string describe(const std::vector<KnownHop>& hops);

}  // namespace weir::wire
