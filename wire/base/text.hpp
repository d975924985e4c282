// Bytes of an endpoint made fit for a terminal, a JSON text or an XML document. An endpoint may send anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::reports {

/// Takes one code point off the front; nullopt (one byte taken) where the bytes are no UTF-8 (RFC 3629).
std::optional<char32_t> take_code_point(std::string_view& rest);
void append_code_point(std::string& out, char32_t code_point);

/// Every invalid byte replaced by U+FFFD.
std::string valid_utf8(std::string_view bytes);

/// One line that moves no cursor: control characters, invalid bytes and the marks that reorder text become visible
/// escapes (`\n`, `\x1b`, `\u202e`).
std::string printable(std::string_view bytes);

/// "0.4 s", "61.0 s"; under 100 ms "12 ms".
std::string readable_time(std::int64_t duration_ms);

}  // namespace weir::reports
