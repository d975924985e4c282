#include "loadgen/client/reconnect.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

#include "loadgen/client/pacer.hpp"
#include "loadgen/limits.hpp"
#include "wire/base/text.hpp"
#include "wire/base/time.hpp"

namespace weir::loadgen {
namespace {

constexpr Nanos kRetryMost = std::chrono::nanoseconds(limits::kRetryMost).count();
constexpr Nanos kRetryAfterMost = std::chrono::nanoseconds(limits::kRetryAfterMost).count();
/// A server may ask for `retry: 0`; it is not to be flooded for that.
constexpr Nanos kLeastBase = 10 * kMillisecond;
constexpr std::uint32_t kMostDoublings = 20;

}  // namespace

std::optional<Nanos> parse_retry_after(std::string_view value, std::int64_t unix_seconds) {
  value = wire::trimmed(value);
  const std::int64_t most_seconds = kRetryAfterMost / kSecond;
  if (!value.empty() && value.find_first_not_of("0123456789") == value.npos) {
    std::int64_t seconds = 0;
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), seconds);
    // More digits than a number holds are more than the limit as well.
    return parsed.ec == std::errc() ? std::min(seconds, most_seconds) * kSecond : kRetryAfterMost;
  }
  const auto at = wire::parse_http_date(value);
  if (!at) { return std::nullopt; }
  return std::clamp<std::int64_t>(*at - unix_seconds, 0, most_seconds) * kSecond;
}

Nanos comeback_delay(const Reconnect& plan, const Comeback& comeback, std::mt19937_64& random) {
  const std::uint32_t attempt = std::min(comeback.attempt, kMostDoublings);
  if (comeback.retry_after) {
    return std::min(*comeback.retry_after, kRetryAfterMost) + full_jitter(plan.base, plan.cap, attempt, random);
  }
  if (comeback.retry) {
    const Nanos asked = std::min(*comeback.retry, kRetryMost);
    return asked + full_jitter(std::max(asked, kLeastBase), plan.cap, attempt, random);
  }
  return full_jitter(plan.base, plan.cap, attempt, random);
}

}  // namespace weir::loadgen
