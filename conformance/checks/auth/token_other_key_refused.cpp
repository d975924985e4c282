#include "conformance/checks/auth/token_common.hpp"

namespace weir::conformance::auth_token_other_key_refused {
namespace {

/// Made once: an RSA key takes a while.
const wire::SigningKey& foreign_key(bool rsa) {
  static const auto kRsa = wire::SigningKey::make_rsa();
  static const auto kEc = wire::SigningKey::make_ec();
  return rsa ? *kRsa : *kEc;
}

Forgery signed_by(const wire::SigningKey& key, std::string what, json::object header, const json::object& claims) {
  header["alg"] = key.algorithm();
  const auto signature = key.sign(wire::jwt_signing_input(header, claims)).value_or("");
  return {std::move(what), "Bearer " + wire::encode_jwt(header, claims, signature)};
}

Finding run(Probe& probe) {
  return with_jwt(probe, [&](const wire::Jwt& jwt) {
    const auto& rsa = foreign_key(true);
    constexpr const char* kOtherId = "weir-other-key";
    json::object other_id = jwt.header;
    other_id["kid"] = kOtherId;
    json::object own_key = other_id;
    own_key["jwk"] = rsa.public_jwk(kOtherId);
    return all_refused(
        probe, {signed_by(rsa, "signed by another RSA key under the same kid", jwt.header, jwt.claims),
                signed_by(rsa, "signed by an RSA key that nobody knows", other_id, jwt.claims),
                signed_by(rsa, "that brings the key of its signature along (jwk)", own_key, jwt.claims),
                signed_by(foreign_key(false), "signed by another EC key under the same kid", jwt.header, jwt.claims)});
  });
}

const Registration kCheck{{
    .id = "auth.token.other-key-refused",
    .title = "a token signed by a key that is not the issuer's is answered 401",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"auth.invalid-token-401", "auth.validated-before-processing"},
    .source = "https://www.rfc-editor.org/rfc/rfc8725#section-3.8",
    .consequence = "Anybody with a key of his own writes tokens for this server.",
    .fix = "Take keys from the issuer's configured jwks_uri alone, never from jwk, jku or x5c of the token, verify the "
           "signature with them, and answer 401 where it fails.",
    .faults = {"token.any-key-taken", "token.signature-ignored"},
    .fixture = "token",
    .wrong_credentials = 4,
    .run = run,
}};
const NotByCommand kNoCommand{"auth.token.other-key-refused", "it takes a token that is made from a good one"};

}  // namespace
}  // namespace weir::conformance::auth_token_other_key_refused
