// What a token says of itself that explains why it is refused. Decoded, not verified; pure.
#pragma once

#include <string>
#include <string_view>

namespace weir::conformance {

/// One clause, or "" where nothing in the token explains it: "the token ran out 90 s ago". `now_s` is since 1970.
std::string why_refused(std::string_view token, double now_s);

}  // namespace weir::conformance
