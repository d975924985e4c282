// Status codes that tell more than success or failure (RFC 9110 section 15, RFC 6585 section 4).
#pragma once

namespace weir::conformance {

inline constexpr int kAccepted = 202;
inline constexpr int kRedirects = 300;  // From here on nothing was served.
inline constexpr int kBadRequest = 400, kUnauthorized = 401, kPaymentRequired = 402, kNotFound = 404;
inline constexpr int kServerErrors = 500;
inline constexpr int kTooManyRequests = 429;
inline constexpr int kBadGateway = 502, kUnavailable = 503, kGatewayTimeout = 504;

constexpr bool is_client_error(int status) { return 400 <= status && status < kServerErrors; }
constexpr bool is_redirect(int status) { return kRedirects <= status && status < 400; }

}  // namespace weir::conformance
