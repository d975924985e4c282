#include "wire/base/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace weir::wire {

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock writes a NUL after it.
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string base64url(std::string_view bytes) {
  std::string out = base64(bytes);
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  out.erase(std::find(out.begin(), out.end(), '='), out.end());
  return out;
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (const auto end = text.find_last_not_of('='); text.size() - (end + 1) <= 2) { text = text.substr(0, end + 1); }
  if (text.size() % 4 == 1) { return std::nullopt; }
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (c == '-') { c = '+'; }
    if (c == '_') { c = '/'; }
    const auto digit = kDigits.find(c);
    if (digit == kDigits.npos) { return std::nullopt; }
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) { continue; }
    count -= 8;
    out.push_back(static_cast<char>(bits >> count & 0xFF));
  }
  return out;
}

bool is_base64(std::string_view text) {
  if (text.size() % 4 != 0) { return false; }
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) { text.remove_suffix(1); }
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '/'; });
}

}  // namespace weir::wire
