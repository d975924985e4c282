#include "conformance/hook/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace weir::conformance::hook {
namespace {

struct Digest {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  std::string text() const { return {reinterpret_cast<const char*>(bytes.data()), size}; }
};

}  // namespace

std::string sha256(std::string_view text) {
  Digest digest;
  EVP_Digest(text.data(), text.size(), digest.bytes.data(), &digest.size, EVP_sha256(), nullptr);
  return digest.text();
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  Digest digest;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), digest.bytes.data(), &digest.size);
  return digest.text();
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) { out += fmt::format("{:02x}", static_cast<unsigned char>(byte)); }
  return out;
}

}  // namespace weir::conformance::hook
