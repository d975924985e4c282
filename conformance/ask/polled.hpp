// Answers that a server has its client fetch: it closes their stream early, behind an event id (2025-11-25 transports,
// "Sending Messages to the Server", item 6; SEP-1699).
#pragma once

#include <chrono>
#include <optional>

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// For how long a stream that ended in good order, behind an id and before any message, asks its client to stay away.
std::optional<std::chrono::milliseconds> polled_after(const wire::Exchange& http);

/// Whether this stream has ended behind an event id, without a response: its answer is to be had elsewhere.
bool is_to_be_fetched(const wire::HttpStream& call);

/// Where it is, waits as long as the server asks and fetches the rest: `call` is that stream then. False where there is
/// nothing to fetch, or it is not given.
bool take_up(Probe& probe, wire::mcp::Dialogue& dialogue, wire::HttpStream& call);

}  // namespace weir::conformance
