#include "wire/base/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace weir::wire {
namespace {

struct Lead {
  std::size_t length = 0;  // 0: no lead byte.
  char32_t bits = 0;
  unsigned low = 0x80, high = 0xBF;  // What the second byte may be (Unicode table 3-7).
};

Lead lead_of(unsigned char byte) {
  if (byte >= 0xC2 && byte <= 0xDF) { return {2, byte & 0x1Fu}; }
  if (byte == 0xE0) { return {3, 0, 0xA0, 0xBF}; }
  if (byte == 0xED) { return {3, 0xD, 0x80, 0x9F}; }
  if (byte >= 0xE1 && byte <= 0xEF) { return {3, byte & 0x0Fu}; }
  if (byte == 0xF0) { return {4, 0, 0x90, 0xBF}; }
  if (byte == 0xF4) { return {4, 4, 0x80, 0x8F}; }
  if (byte >= 0xF1 && byte <= 0xF3) { return {4, byte & 0x07u}; }
  return {};
}

/// How many bytes at the start are ASCII, eight at a time: nearly all of what endpoints send.
std::size_t ascii_prefix(std::string_view bytes) {
  std::size_t at = 0;
  for (std::uint64_t word; at + sizeof word <= bytes.size(); at += sizeof word) {
    std::memcpy(&word, bytes.data() + at, sizeof word);
    if ((word & 0x8080808080808080u) != 0) { break; }
  }
  while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) < 0x80) { ++at; }
  return at;
}

}  // namespace

Utf8Step decode_utf8(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (first < 0x80) { return {first, 1, true}; }
  const Lead lead = lead_of(first);
  if (lead.length == 0) { return {}; }
  char32_t code_point = lead.bits;
  for (std::size_t i = 1; i < lead.length; ++i) {
    if (i == bytes.size()) { return {0xFFFD, i, false}; }
    const auto next = static_cast<unsigned char>(bytes[i]);
    const bool fits = i == 1 ? next >= lead.low && next <= lead.high : next >= 0x80 && next <= 0xBF;
    if (!fits) { return {0xFFFD, i, false}; }
    code_point = (code_point << 6) | (next & 0x3Fu);
  }
  return {code_point, lead.length, true};
}

std::optional<std::size_t> find_invalid_utf8(std::string_view bytes) {
  for (std::size_t at = 0;;) {
    at += ascii_prefix(bytes.substr(at));
    if (at == bytes.size()) { return std::nullopt; }
    const Utf8Step step = decode_utf8(bytes.substr(at));
    if (!step.valid) { return at; }
    at += step.length;
  }
}

void append_lossy_utf8(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    const std::optional<std::size_t> bad = find_invalid_utf8(bytes);
    out.append(bytes.substr(0, bad.value_or(bytes.size())));
    if (!bad) { return; }
    bytes.remove_prefix(*bad);
    out.append("\xEF\xBF\xBD");
    bytes.remove_prefix(decode_utf8(bytes).length);
  }
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

}  // namespace weir::wire
