// JSON-RPC that is no JSON.
#pragma once

#include <optional>
#include <string>

#include "conformance/tap/tap.hpp"

namespace weir::conformance {

/// Why a whole body or event, in UTF-8, that was meant as a JSON-RPC message cannot be parsed, with an excerpt; nullopt
/// where all of them can.
std::optional<std::string> broken_json(const Seen& seen);

}  // namespace weir::conformance
