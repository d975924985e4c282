// JSON-RPC in an event that no client listens for. Pure.
#pragma once

#include <optional>
#include <string>

#include "conformance/tap/tap.hpp"

namespace weir::conformance {

/// The first message that came in an event of another type than `message`.
std::optional<std::string> renamed_event(const Seen& seen);

}  // namespace weir::conformance
