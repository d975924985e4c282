// How long a client here waits where a server wants to be polled for an answer (2025-11-25 transports, "Sending
// Messages to the Server", item 6; SEP-1699).
#pragma once

#include <chrono>

namespace weir::wire::mcp {

/// Before the first `retry` field the waiting time is the client's own (WHATWG HTML section 9.2.2).
inline constexpr std::chrono::milliseconds kDefaultRetry{500};
/// All that a server may ask one answer to be waited for between its streams. It comes on top of the time in which the
/// answer is due.
inline constexpr std::chrono::milliseconds kMostPause{10'000};

}  // namespace weir::wire::mcp
