// Servers that have one error code for everything.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// Whether an unknown method is answered with this code too: then jsonrpc.error.method-not-found says so, once.
bool is_code_of_all(Probe& probe, std::int64_t code);

}  // namespace weir::conformance
