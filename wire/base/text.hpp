// Texts: ASCII without regard to case (the field names, schemes and media types of HTTP), numbers as people read them,
// and bytes of an endpoint made fit for a terminal, a JSON text or an XML document: an endpoint may send anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "wire/base/lifetime.hpp"

namespace weir::wire {

/// ASCII letters only, whatever the locale.
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string lower(std::string_view text);
bool same_ignoring_case(std::string_view a, std::string_view b);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
/// Without the blanks and tabs at both ends (RFC 9110 section 5.6.3, optional white space).
std::string_view trimmed(std::string_view text WEIR_LIFETIME_BOUND);

std::string grouped(std::uint64_t count);  ///< "1,234,567"

/// Every maximal subpart that is no UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view bytes);

/// One line that moves no cursor: control characters, invalid bytes and the marks that reorder text become visible
/// escapes (`\n`, `\x1b`, `\u202e`).
std::string printable(std::string_view bytes);

/// "0.4 s", "61.0 s"; under 100 ms "12 ms".
std::string readable_time(std::int64_t duration_ms);

}  // namespace weir::wire
