#include "wire/auth/signing_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include "wire/base/base64.hpp"

namespace weir::wire {
namespace {

constexpr int kRsaBits = 2048;
constexpr int kCoordinateBytes = 32;  // P-256

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Signature = std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)>;
using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string padded(const BIGNUM* number, int size) {
  std::string out(static_cast<std::size_t>(size), '\0');
  BN_bn2binpad(number, bytes_of(out), size);
  return out;
}

/// From OpenSSL's DER to the two numbers side by side.
Result<std::string> raw_ecdsa(std::string_view der) {
  const auto* at = bytes_of(der);
  const Signature both(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
  if (!both) { return fail(ErrorCode::internal, "an ECDSA signature could not be read back"); }
  return padded(ECDSA_SIG_get0_r(both.get()), kCoordinateBytes) +
         padded(ECDSA_SIG_get0_s(both.get()), kCoordinateBytes);
}

std::string der_ecdsa(std::string_view raw) {
  if (raw.size() != 2 * kCoordinateBytes) { return {}; }
  const Signature both(ECDSA_SIG_new(), ECDSA_SIG_free);
  auto* r = BN_bin2bn(bytes_of(raw), kCoordinateBytes, nullptr);
  auto* s = BN_bin2bn(bytes_of(raw.substr(kCoordinateBytes)), kCoordinateBytes, nullptr);
  ECDSA_SIG_set0(both.get(), r, s);
  unsigned char* out = nullptr;
  const int size = i2d_ECDSA_SIG(both.get(), &out);
  std::string der(reinterpret_cast<const char*>(out), static_cast<std::size_t>(std::max(size, 0)));
  OPENSSL_free(out);
  return der;
}

/// A number of the key, big-endian, as JWK has it.
std::string parameter(const EVP_PKEY* key, const char* name, int least_bytes = 0) {
  BIGNUM* found = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &found) != 1) { return {}; }
  const Number number(found, BN_free);
  return base64url(padded(found, std::max(BN_num_bytes(found), least_bytes)));
}

}  // namespace

Result<SigningKey> SigningKey::make_rsa() {
  auto* key = EVP_RSA_gen(kRsaBits);
  if (!key) { return fail(ErrorCode::internal, "an RSA key could not be made"); }
  return SigningKey(key);
}

Result<SigningKey> SigningKey::make_ec() {
  auto* key = EVP_EC_gen("P-256");
  if (!key) { return fail(ErrorCode::internal, "an EC key could not be made"); }
  return SigningKey(key);
}

bool SigningKey::is_rsa() const { return EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_RSA; }

std::string_view SigningKey::algorithm() const { return is_rsa() ? "RS256" : "ES256"; }

Result<std::string> SigningKey::sign(std::string_view text) const {
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::size_t size = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes_of(text), text.size()) != 1) {
    return fail(ErrorCode::internal, "a token could not be signed");
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), bytes_of(signature), &size, bytes_of(text), text.size()) != 1) {
    return fail(ErrorCode::internal, "a token could not be signed");
  }
  signature.resize(size);
  return is_rsa() ? Result<std::string>(std::move(signature)) : raw_ecdsa(signature);
}

bool SigningKey::verifies(std::string_view text, std::string_view signature) const {
  const std::string der = is_rsa() ? std::string(signature) : der_ecdsa(signature);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return !der.empty() && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(der), der.size(), bytes_of(text), text.size()) == 1;
}

json::object SigningKey::public_jwk(std::string_view kid) const {
  json::object jwk{{"kid", kid}, {"use", "sig"}, {"alg", algorithm()}};
  if (is_rsa()) {
    jwk["kty"] = "RSA";
    jwk["n"] = parameter(key_.get(), OSSL_PKEY_PARAM_RSA_N);
    jwk["e"] = parameter(key_.get(), OSSL_PKEY_PARAM_RSA_E);
  } else {
    jwk["kty"] = "EC";
    jwk["crv"] = "P-256";
    jwk["x"] = parameter(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, kCoordinateBytes);
    jwk["y"] = parameter(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, kCoordinateBytes);
  }
  return jwk;
}

}  // namespace weir::wire
