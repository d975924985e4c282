// RFC 4648: bytes as text, for credentials, header values and labels.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir::wire {

std::string base64(std::string_view bytes);     ///< Section 4, padded.
std::string base64url(std::string_view bytes);  ///< Section 5, without padding.
bool is_base64(std::string_view text);          ///< Section 4, padded.
/// The bytes of a text of either section, padded or not; nullopt for any other text.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace weir::wire
