#include "wire/base/text.hpp"

#include <fmt/format.h>

#include <iterator>

namespace weir::reports {
namespace {

struct Lead {
  std::size_t length;
  char32_t bits;
  char32_t least;  ///< Anything below has a shorter form.
};

std::optional<Lead> lead_of(unsigned char byte) {
  if (byte < 0x80) { return Lead{1, byte, 0}; }
  if (byte >= 0xc2 && byte < 0xe0) { return Lead{2, static_cast<char32_t>(byte & 0x1f), 0x80}; }
  if (byte >= 0xe0 && byte < 0xf0) { return Lead{3, static_cast<char32_t>(byte & 0x0f), 0x800}; }
  if (byte >= 0xf0 && byte < 0xf5) { return Lead{4, static_cast<char32_t>(byte & 0x07), 0x10000}; }
  return std::nullopt;
}

/// Characters that a terminal or a browser obeys instead of showing them (Unicode bidirectional controls, line and
/// paragraph separators, zero-width marks).
bool is_obeyed(char32_t c) {
  return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || c == 0xfeff ||
         c == 0x61c;
}

}  // namespace

std::optional<char32_t> take_code_point(std::string_view& rest) {
  const auto lead = lead_of(static_cast<unsigned char>(rest.front()));
  if (!lead || lead->length > rest.size()) {
    rest.remove_prefix(1);
    return std::nullopt;
  }
  char32_t code_point = lead->bits;
  for (std::size_t i = 1; i < lead->length; ++i) {
    const auto byte = static_cast<unsigned char>(rest[i]);
    if ((byte & 0xc0) != 0x80) {
      rest.remove_prefix(1);
      return std::nullopt;
    }
    code_point = (code_point << 6) | (byte & 0x3f);
  }
  const bool surrogate = code_point >= 0xd800 && code_point < 0xe000;
  const bool valid = code_point >= lead->least && code_point <= 0x10ffff && !surrogate;
  rest.remove_prefix(valid ? lead->length : 1);
  return valid ? std::optional(code_point) : std::nullopt;
}

void append_code_point(std::string& out, char32_t c) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((c >> shift) & 0x3f)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | (c >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | (c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::string valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) { append_code_point(out, take_code_point(bytes).value_or(U'\ufffd')); }
  return out;
}

std::string printable(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    const std::optional<char32_t> c = take_code_point(bytes);
    if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\r') {
      out += "\\r";
    } else if (byte == '\t') {
      out += "\\t";
    } else if (!c || byte < 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    } else if ((*c >= 0x80 && *c < 0xa0) || is_obeyed(*c)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(*c));
    } else {
      append_code_point(out, *c);
    }
  }
  return out;
}

std::string readable_time(std::int64_t duration_ms) {
  if (duration_ms < 100) { return fmt::format("{} ms", duration_ms); }
  return fmt::format("{:.1f} s", static_cast<double>(duration_ms) / 1000.0);
}

}  // namespace weir::reports
