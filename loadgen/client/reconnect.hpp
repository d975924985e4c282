// When a slot comes back after an end or a failed attempt: full jitter over an exponential back-off, behind what the
// server asked for by `retry:` or Retry-After.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string_view>

#include "loadgen/scenario/scenario.hpp"

namespace weir::loadgen {

/// Retry-After (RFC 9110 section 10.2.3): seconds, or a date in any of the three forms of section 5.6.7. Nanoseconds
/// from now, not negative, at most limits::kRetryAfterMost; nullopt for anything else.
std::optional<Nanos> parse_retry_after(std::string_view value, std::int64_t unix_seconds);

struct Comeback {
  std::uint32_t attempt = 0;         ///< Failed attempts in a row, from 0.
  std::optional<Nanos> retry;        ///< The server's `retry:`; cut to limits::kRetryMost.
  std::optional<Nanos> retry_after;  ///< Of the refusal that was just met.
};
/// From now to the next attempt. Never earlier than `retry` and `retry_after` ask, and never for many at the same
/// moment: the jitter comes on top.
Nanos comeback_delay(const Reconnect& plan, const Comeback& comeback, std::mt19937_64& random);

}  // namespace weir::loadgen
