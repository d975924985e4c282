// Status codes that tell more than success or failure (RFC 9110 section 15, RFC 6585 section 4).
#pragma once

namespace weir::conformance {

inline constexpr int kAccepted = 202;
inline constexpr int kTooManyRequests = 429;
inline constexpr int kBadGateway = 502, kUnavailable = 503, kGatewayTimeout = 504;

}  // namespace weir::conformance
