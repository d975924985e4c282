// Status codes that tell more than success or failure (RFC 9110 section 15, RFC 6585 section 4).
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>

#include "wire/http/http.hpp"

namespace weir::conformance {

inline constexpr int kAccepted = 202;
inline constexpr int kRedirects = 300;  // From here on nothing was served.
inline constexpr int kBadRequest = 400, kUnauthorized = 401, kPaymentRequired = 402, kForbidden = 403, kNotFound = 404;
inline constexpr int kServerErrors = 500;
inline constexpr int kTooManyRequests = 429;
inline constexpr int kBadGateway = 502, kUnavailable = 503, kGatewayTimeout = 504;

constexpr bool is_client_error(int status) { return 400 <= status && status < kServerErrors; }
constexpr bool is_redirect(int status) { return kRedirects <= status && status < 400; }

/// When who limits the rate may be asked again (RFC 9110 section 10.2.3): a second where it does not say; a date is not
/// read.
inline std::chrono::seconds retry_after(const wire::Headers& headers) {
  const auto text = headers.get("retry-after");
  int seconds = 1;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds(std::max(0, seconds));
}

}  // namespace weir::conformance
