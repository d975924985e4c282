// What the checks of completion share.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// Asks for the values of the first prompt argument that the server lists, with an empty prefix; nullopt where none is
/// listed.
std::optional<wire::Result<wire::mcp::Reply>> complete_first_argument(Probe& probe);

}  // namespace weir::conformance
