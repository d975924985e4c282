// A whole JSON-RPC message where a result should be. Pure.
#pragma once

#include "conformance/tap/tap.hpp"

namespace weir::conformance {

/// Whether the result of this message is a message of its own, an error mostly: what was wrapped is wrapped once more.
bool is_enveloped(const json::value& message);

/// Whether an answer brought such a message.
bool brings_enveloped(const Seen& seen);

}  // namespace weir::conformance
