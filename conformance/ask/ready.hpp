// Sessions that are ready only some time after their handshake.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// Whether what this conversation has just refused is served some time later, again and again: behind a round robin
/// without shared sessions it would come and go.
bool is_served_later(Probe& probe, wire::mcp::Dialogue& dialogue, std::string_view method);

/// What new conversations refuse right after their handshake and serve later; nullopt where time makes no difference.
std::optional<std::string> refused_at_first(Probe& probe);

/// The list that the server declares first, which only a session that is ready has to serve; a harmless method where it
/// declares none.
std::string_view method_of_session(const Probe& probe);

}  // namespace weir::conformance
