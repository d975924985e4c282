// Moments as text: RFC 3339 for reports and logs, RFC 9110 dates for HTTP. UTC always.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::wire {

std::int64_t unix_seconds_now();

std::string rfc3339(std::int64_t unix_seconds);  ///< "2026-11-21T02:00:00Z"
/// RFC 3339 section 5.6, with fractions and offsets, as nanoseconds since 1970; a leap second is the next minute's
/// first. nullopt also for years that nanoseconds in 64 bits do not reach.
std::optional<std::int64_t> rfc3339_to_unix_ns(std::string_view text);

/// The digits of a fraction at the front of `text`, taken off, as billionths; further ones are dropped.
std::int64_t take_billionths(std::string_view& text);

std::string http_date(std::int64_t unix_seconds);  ///< IMF-fixdate, RFC 9110 section 5.6.7
/// Any of the three forms that RFC 9110 section 5.6.7 tells recipients to take.
std::optional<std::int64_t> parse_http_date(std::string_view text);

}  // namespace weir::wire
