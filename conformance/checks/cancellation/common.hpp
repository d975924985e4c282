// What the checks of cancellation share.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// Cancels a request that is not running, and expects the session to go on as if nothing had come.
Finding cancel_in_vain(Probe& probe, wire::mcp::Dialogue& dialogue, std::string_view request_id);

}  // namespace weir::conformance
