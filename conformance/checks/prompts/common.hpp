// What the checks of prompts share.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// Whether the prompt has an argument that must be given.
bool needs_arguments(const json::value& prompt);

}  // namespace weir::conformance
