// SHA-256 and what is made of it (FIPS 180-4, RFC 2104), as bytes and as text.
#pragma once

#include <string>
#include <string_view>

namespace weir::conformance::hook {

std::string sha256(std::string_view text);                             ///< 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);  ///< 32 bytes.
std::string hex(std::string_view bytes);                               ///< Lower case.

}  // namespace weir::conformance::hook
