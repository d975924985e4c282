// How a conversation of Streamable HTTP begins.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// POST initialize, as a client that has no session yet.
wire::Request initialize_request(const Probe& probe);

}  // namespace weir::conformance
