#include "wire/mcp/header_value.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "wire/base/base64.hpp"

namespace weir::wire::mcp {
namespace {

constexpr std::string_view kPrefix = "=?base64?";
constexpr std::string_view kSuffix = "?=";

bool has_sentinel(std::string_view text) {
  return text.size() >= kPrefix.size() + kSuffix.size() && text.starts_with(kPrefix) && text.ends_with(kSuffix);
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// RFC 9110 section 5.5, narrowed to ASCII: visible characters, and blanks that are not at the ends.
bool is_plain(std::string_view value) {
  if (!value.empty() && (is_blank(value.front()) || is_blank(value.back()))) { return false; }
  return std::all_of(value.begin(), value.end(), [](char c) { return is_blank(c) || (c > 0x20 && c < 0x7f); });
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

std::string encode_header_value(std::string_view value) {
  if (is_plain(value) && !has_sentinel(value)) { return std::string(value); }
  return std::string(kPrefix) + base64(value) + std::string(kSuffix);
}

std::optional<std::string> decode_header_value(std::string_view header) {
  if (!has_sentinel(header)) { return std::string(header); }
  header.remove_prefix(kPrefix.size());
  header.remove_suffix(kSuffix.size());
  std::string value(header.size() / 4 * 3 + 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(value.data()), bytes_of(header),
                                   static_cast<int>(header.size()));
  if (size < 0 || header.size() % 4 != 0) { return std::nullopt; }
  // EVP_DecodeBlock counts the padding as zero bytes.
  const auto padding = static_cast<std::size_t>(header.ends_with("==") ? 2 : header.ends_with("=") ? 1 : 0);
  value.resize(static_cast<std::size_t>(size) - std::min(padding, static_cast<std::size_t>(size)));
  return value;
}

}  // namespace weir::wire::mcp
