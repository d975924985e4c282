// A named limit for everything that an endpoint can make big while its idle cut-off is looked for.
#pragma once

#include <chrono>
#include <cstddef>

namespace weir::loadgen::idle::limits {

inline constexpr std::size_t kStreams = 256;               ///< Held at a time.
inline constexpr std::size_t kStreamsUnasked = 64;         ///< More of them are a load, which wants a permission.
inline constexpr std::size_t kStreamBytes = 1024 * 1024;   ///< Of one stream; a flood is closed by us beyond it.
inline constexpr std::size_t kBeats = 20'000;              ///< Possible heartbeats kept, of all streams.
inline constexpr std::size_t kServerRequests = 1'000;      ///< Requests of the server that are answered.
inline constexpr std::size_t kPostsUnderWay = 32;          ///< Pings and answers whose response is still to come.
inline constexpr std::size_t kOpeningFailures = 3;         ///< In a row; then no further stream is opened.
inline constexpr std::size_t kSearchRounds = 3;            ///< Of the keep-alive search, the first one included.
inline constexpr double kLongestSeconds = 24 * 3600;       ///< The longest silence that may be asked for.
inline constexpr std::chrono::seconds kPostTimeout{5};     ///< One ping or answer.
inline constexpr std::chrono::seconds kPingTimeout{1};     ///< The last pings: do streams still hear?
inline constexpr std::chrono::seconds kGoodbyeTimeout{2};  ///< Giving back all sessions.

}  // namespace weir::loadgen::idle::limits
