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
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
constexpr bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }
std::string lower(std::string_view text);
bool same_ignoring_case(std::string_view a, std::string_view b);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
/// Without the blanks and tabs at both ends (RFC 9110 section 5.6.3, optional white space).
std::string_view trimmed(std::string_view text WEIR_LIFETIME_BOUND);

std::string grouped(std::uint64_t count);  ///< "1,234,567"

/// Every maximal subpart that is no UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view bytes);

/// One line that moves no cursor and starts no command of a CI service: control characters, invalid bytes, the marks
/// that reorder or hide text, and what such a service would obey become visible escapes (`\n`, `\x1b`, `\u202e`,
/// `#\x23[`). Done twice it is as done once.
std::string printable(std::string_view bytes);

/// A character that a terminal or a browser obeys, or that nobody sees: DEL and C1, the marks that reorder text,
/// separators of lines, what has no width, tags. C0 is none: tabs and line ends are the writers' own matter.
bool is_obeyed(char32_t c);

/// Whether `text` begins with what a CI service takes for a command wherever it stands in a log: `##[`, `##vso[`,
/// `##teamcity[`, and `::` before a word (an address such as [::1] is none).
bool begins_ci_command(std::string_view text);

/// At most `max` bytes, cut between two characters, and what says how many there are; `whole` where those are more than
/// the text's.
std::string bounded(std::string_view text, std::size_t max, std::size_t whole = 0);

/// What a program says of itself on the standard error: one printable line of bounded length. Where nobody can read it
/// (a closed pipe), it is lost without a word.
void complain(std::string_view program, std::string_view what);

/// "0.4 s", "61.0 s"; under 100 ms "12 ms".
std::string readable_time(std::int64_t duration_ms);

}  // namespace weir::wire
