// Status codes that say whose fault it was (RFC 9110 section 15, RFC 6585 section 4).
#pragma once

namespace weir::conformance {

inline constexpr int kTooManyRequests = 429;
inline constexpr int kBadGateway = 502, kUnavailable = 503, kGatewayTimeout = 504;

}  // namespace weir::conformance
