#include "wire/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "wire/base/utf8.hpp"

namespace weir::wire {
namespace {

/// Characters that a terminal or a browser obeys instead of showing them (Unicode bidirectional controls, line and
/// paragraph separators, zero-width marks).
bool is_obeyed(char32_t c) {
  return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || c == 0xfeff ||
         c == 0x61c;
}

}  // namespace

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) { c = lower(c); }
  return out;
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return same_ignoring_case(text.substr(0, prefix.size()), prefix);
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == text.npos) { return {}; }
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string grouped(std::uint64_t count) {
  std::string out = fmt::format("{}", count);
  for (std::size_t at = out.size(); at > 3;) { out.insert(at -= 3, ","); }
  return out;
}

std::string valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  append_lossy_utf8(bytes, out);
  return out;
}

std::string printable(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  const auto escape = [&](std::string_view raw) {
    for (const char byte : raw) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(byte));
    }
  };
  while (!bytes.empty()) {
    const Utf8Step step = decode_utf8(bytes);
    const std::string_view raw = bytes.substr(0, step.length);
    bytes.remove_prefix(step.length);
    const char32_t c = step.code_point;
    if (!step.valid) {
      escape(raw);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20 || c == 0x7f) {
      escape(raw);
    } else if ((c >= 0x80 && c < 0xa0) || is_obeyed(c)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(c));
    } else {
      out += raw;
    }
  }
  return out;
}

std::string readable_time(std::int64_t duration_ms) {
  if (duration_ms < 100) { return fmt::format("{} ms", duration_ms); }
  return fmt::format("{:.1f} s", static_cast<double>(duration_ms) / 1000.0);
}

}  // namespace weir::wire
