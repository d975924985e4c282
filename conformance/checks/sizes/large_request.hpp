// Requests with large bodies: what a server makes of them, from small to large, until one is refused.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// Below and above the 100 kB that many HTTP frameworks take unless they are told otherwise.
inline constexpr std::array<std::size_t, 3> kRequestBytes = {50'000, 110'000, 300'000};

/// Asked where even the first of those is refused: above the 8 and 16 kB that firewalls and small devices look at.
inline constexpr std::array<std::size_t, 3> kSmallRequestBytes = {7'000, 9'000, 17'000};

/// The conversation in which it was asked, and the first request that was not served.
struct LargeRequests {
  wire::mcp::Dialogue* dialogue = nullptr;
  std::size_t served = 0;                        ///< The most that was served, and
  std::size_t bytes = 0;                         ///< the least that was not; 0: all were.
  wire::Result<RawAnswer> answer = RawAnswer{};  ///< What came for it.
};
/// Asks for something harmless with more and more in the `_meta` of its params, where anything may stand. Untestable
/// where not even little is served.
tl::expected<LargeRequests, Finding> ask_large_requests(Probe& probe);

/// What a small request gets in the same conversation afterwards, which is given up where that is no result.
wire::Result<wire::mcp::Reply> ask_after(Probe& probe, const LargeRequests& asked);

/// A POST with the harmless request and about so many bytes in it.
wire::Request large_request(const Probe& probe, const wire::mcp::Dialogue& dialogue, std::size_t bytes);

/// Whether it is a refusal: an HTTP error, or a JSON-RPC error.
bool is_refusal(const RawAnswer& answer);

/// "110 kB are refused, and 50 kB served"
std::string limit_of(const LargeRequests& asked);

/// "110 kB"
std::string as_kilobytes(std::size_t bytes);

}  // namespace weir::conformance
