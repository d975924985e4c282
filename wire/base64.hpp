// RFC 4648: bytes as text, for credentials, header values and labels.
#pragma once

#include <string>
#include <string_view>

namespace weir::wire {

std::string base64(std::string_view bytes);     ///< Section 4, padded.
std::string base64url(std::string_view bytes);  ///< Section 5, without padding.

}  // namespace weir::wire
