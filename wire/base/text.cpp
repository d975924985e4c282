#include "wire/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "wire/base/escape.hpp"
#include "wire/base/files.hpp"
#include "wire/base/utf8.hpp"

namespace weir::wire {
namespace {

struct Range {
  char32_t first, last;
};

// DEL and C1; Unicode's bidirectional controls, separators of lines and paragraphs, and default-ignorable characters
// (but for variation selectors, which emoji are written with); interlinear annotations; those of shorthand and of
// musical notation; tags.
constexpr std::array<Range, 17> kObeyed = {{{0x7f, 0x9f},
                                            {0xad, 0xad},
                                            {0x34f, 0x34f},
                                            {0x61c, 0x61c},
                                            {0x115f, 0x1160},
                                            {0x17b4, 0x17b5},
                                            {0x180b, 0x180f},
                                            {0x200b, 0x200f},
                                            {0x2028, 0x202e},
                                            {0x2060, 0x206f},
                                            {0x3164, 0x3164},
                                            {0xfeff, 0xfeff},
                                            {0xffa0, 0xffa0},
                                            {0xfff0, 0xfffb},
                                            {0x1bca0, 0x1bca3},
                                            {0x1d173, 0x1d17a},
                                            {0xe0000, 0xe0fff}}};

/// Unicode 3.4 D14: no text is to hold them, and XML may not.
bool is_noncharacter(char32_t c) { return (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef); }

bool is_hex(char c) { return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f'); }

/// The rest of an IPv6 address, behind its "::".
bool is_address(std::string_view text) {
  constexpr std::size_t kGroup = 4;
  std::size_t digits = 0;
  while (digits < text.size() && is_hex(text[digits])) { ++digits; }
  const std::string_view after = text.substr(digits);
  return digits <= kGroup && (after.starts_with(']') || (after.starts_with(':') && !after.starts_with("::")));
}

constexpr std::size_t kLongestEscape = 7;

/// Of the one at the beginning of `text`, also where its end is not there.
std::size_t escape_length(std::string_view text) {
  constexpr std::size_t kByte = 4;
  constexpr std::size_t kCharacter = 6;
  if (text.size() < 2) { return 2; }
  if (text[1] == 'x') { return kByte; }
  if (text[1] != 'u') { return 2; }
  // No character of four digits that is written so begins with one of these.
  constexpr std::array<std::string_view, 3> kOfFiveDigits = {"1bca", "1d17", "e0"};
  const std::string_view digits = text.substr(2);
  const bool five = std::any_of(kOfFiveDigits.begin(), kOfFiveDigits.end(),
                                [&](std::string_view first) { return digits.starts_with(first); });
  return five ? kLongestEscape : kCharacter;
}

/// Without the beginning of an HTML entity or of a percent-encoded byte: a secret that ends in one would not be known.
std::size_t without_half_code(std::string_view text, std::size_t kept) {
  constexpr std::size_t kLongestEntity = 8;
  for (std::size_t at = kept; at > 0 && kept - at < kLongestEntity; --at) {
    const char c = text[at - 1];
    if (c == '&' || (c == '%' && kept - at < 2)) { return at - 1; }
    if (c != '#' && !is_letter(c) && !(c >= '0' && c <= '9')) { return kept; }
  }
  return kept;
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
    const bool command = begins_ci_command(bytes);
    bytes.remove_prefix(step.length);
    const char32_t c = step.code_point;
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (!step.valid || c < 0x20 || c == 0x7f || is_noncharacter(c)) {
      escape(raw);
    } else if (is_obeyed(c)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(c));
    } else {
      out += raw;
    }
    if (command) {  // Its second character is what takes the sense from it.
      escape(bytes.substr(0, 1));
      bytes.remove_prefix(1);
    }
  }
  return out;
}

bool is_obeyed(char32_t c) {
  return c >= 0x7f &&
         std::any_of(kObeyed.begin(), kObeyed.end(), [&](const Range& one) { return c >= one.first && c <= one.last; });
}

bool begins_ci_command(std::string_view text) {
  constexpr std::size_t kWord = 16;  // Of "##teamcity["; longer ones are none.
  if (text.starts_with("##")) {
    std::size_t at = 2;
    while (at < text.size() && at < 2 + kWord && is_letter(text[at])) { ++at; }
    return at < text.size() && text[at] == '[';
  }
  return text.starts_with("::") && text.size() > 2 && is_letter(text[2]) && !is_address(text.substr(2));
}

std::size_t without_half_escape(std::string_view text, std::size_t kept) {
  kept = without_half_code(text, kept);
  const auto begin = text.substr(0, kept).rfind('\\');
  if (begin == text.npos || begin + kLongestEscape <= kept) { return kept; }
  const auto before = text.substr(0, begin).find_last_not_of('\\');
  const std::size_t slashes = begin - (before == text.npos ? 0 : before + 1);
  const bool escaped = slashes % 2 == 1;  // The second of a pair, which is whole.
  return escaped || begin + escape_length(text.substr(begin)) <= kept ? kept : begin;
}

std::string bounded(std::string_view text, std::size_t max, std::size_t whole) {
  if (text.size() <= max) { return std::string(text); }
  std::size_t kept = max;
  while (kept > 0 && (static_cast<unsigned char>(text[kept]) & 0xc0) == 0x80) { --kept; }
  kept = without_half_escape(text, kept);
  return fmt::format("{}... ({} bytes in all)", text.substr(0, kept), grouped(std::max(whole, text.size())));
}

void complain(std::string_view program, std::string_view what) {
  constexpr std::size_t kComplaintBytes = 4'000;
  say(fmt::format("{}: {}\n", program, bounded(printable(what), kComplaintBytes)));
}

std::string readable_time(std::int64_t duration_ms) {
  if (duration_ms < 100) { return fmt::format("{} ms", duration_ms); }
  return fmt::format("{:.1f} s", static_cast<double>(duration_ms) / 1000.0);
}

}  // namespace weir::wire
