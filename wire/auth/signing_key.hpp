// A private key made at run time, to sign tokens with: RS256 and ES256 (RFC 7518 section 3). The fixtures' provider
// signs with one; a check signs with one that no provider knows.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

#include "wire/base/error.hpp"
#include "wire/json/json.hpp"

namespace weir::wire {

class SigningKey {
 public:
  static Result<SigningKey> make_rsa();  ///< 2048 bits
  static Result<SigningKey> make_ec();   ///< P-256

  /// "RS256" or "ES256"
  std::string_view algorithm() const;
  /// The signature's bytes as RFC 7518 has them: for ES256 both numbers, 32 bytes each.
  Result<std::string> sign(std::string_view text) const;
  bool verifies(std::string_view text, std::string_view signature) const;
  /// The public half (RFC 7517), with `kid`, `alg` and `use`.
  json::object public_jwk(std::string_view kid) const;

 private:
  explicit SigningKey(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {}
  bool is_rsa() const;
  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace weir::wire
