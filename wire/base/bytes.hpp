// Numbers and texts as bytes, for snapshots and journals: little endian, and LEB128 where most values are small.
// Readers take from the front of a view and return false, without touching what they fill in, where the bytes do not
// suffice.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::wire {

inline void put_varint(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) { out.push_back(static_cast<char>(value | 0x80)); }
  out.push_back(static_cast<char>(value));
}

inline bool take_varint(std::string_view& bytes, std::uint64_t& value) {
  std::uint64_t read = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (i == 9 && byte > 1) {
      return false;  // Beyond 64 bits.
    }
    read |= std::uint64_t{byte & 0x7FU} << (7 * i);
    if (byte < 0x80) {
      value = read;
      bytes.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

/// Signed numbers of either sign and small size stay small.
inline void put_signed(std::int64_t value, std::string& out) {
  put_varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63), out);
}

inline bool take_signed(std::string_view& bytes, std::int64_t& value) {
  std::uint64_t read = 0;
  if (!take_varint(bytes, read)) { return false; }
  value = static_cast<std::int64_t>((read >> 1) ^ (~(read & 1) + 1));
  return true;
}

inline void put_u32(std::uint32_t value, std::string& out) {
  for (unsigned shift = 0; shift < 32; shift += 8) { out.push_back(static_cast<char>(value >> shift)); }
}

inline bool take_u32(std::string_view& bytes, std::uint32_t& value) {
  if (bytes.size() < 4) { return false; }
  value = 0;
  for (unsigned i = 0; i < 4; ++i) { value |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i); }
  bytes.remove_prefix(4);
  return true;
}

inline void put_text(std::string_view text, std::string& out) {
  put_varint(text.size(), out);
  out.append(text);
}

inline bool take_text(std::string_view& bytes, std::string& text) {
  std::string_view rest = bytes;
  std::uint64_t size = 0;
  if (!take_varint(rest, size) || size > rest.size()) { return false; }
  text.assign(rest.substr(0, size));
  bytes = rest.substr(size);
  return true;
}

/// CRC-32C (RFC 3720 appendix B.4).
std::uint32_t crc32c(std::string_view bytes);

}  // namespace weir::wire
