// A comment that stands within a line of an event stream: what passes on chunks writes its heartbeat between two of
// them, and a chunk may end anywhere.
#pragma once

#include <optional>
#include <string>

#include "conformance/tap/tap.hpp"

namespace weir::conformance {

/// What is wrong, with the bytes around the break; nullopt where no message becomes whole without a comment in it.
std::optional<std::string> spliced_comment(const Seen& seen);

}  // namespace weir::conformance
