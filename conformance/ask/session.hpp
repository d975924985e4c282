// What the checks of sessions share.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// Sends a ping of the conversation with another session id, or with none.
wire::Result<wire::Exchange> ask_as(Probe& probe, const wire::mcp::Dialogue& dialogue, std::optional<std::string> id);

/// Whether the answer is a 2xx that holds no JSON-RPC error.
bool is_served(const wire::Exchange& exchange);

/// Not applicable where the server serves a request without a session id: it hands ids out, but requires none ("Servers
/// that require a session ID", transports, "Session Management"), so nothing hangs on what they are.
std::optional<Finding> unless_required(Probe& probe, const wire::mcp::Dialogue& dialogue);

/// Whether ids that were issued one after the other count up: session-1, session-2 ..., or the time of the clock. Then
/// the next one is known to everybody.
bool is_sequence(const std::vector<std::string>& ids);

/// How many characters two ids begin with alike.
std::size_t common_prefix(std::string_view a, std::string_view b);

}  // namespace weir::conformance
