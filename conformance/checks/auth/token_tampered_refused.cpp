#include "conformance/checks/auth/token_common.hpp"

namespace weir::conformance::auth_token_tampered_refused {
namespace {

Finding run(Probe& probe) {
  return with_jwt(probe, [&](const wire::Jwt& jwt) {
    json::object claims = jwt.claims;
    claims["sub"] = "weir-somebody-else";
    std::string signature = jwt.signature;
    if (!signature.empty()) { signature.front() = static_cast<char>(signature.front() ^ 1); }
    return all_refused(probe, {{"with another subject under the old signature",
                                "Bearer " + wire::encode_jwt(jwt.header, claims, jwt.signature)},
                               {"with one bit of its signature changed",
                                "Bearer " + wire::encode_jwt(jwt.header, jwt.claims, signature)},
                               {"without its signature", "Bearer " + wire::encode_jwt(jwt.header, jwt.claims, "")}});
  });
}

const Registration kCheck{{
    .id = "auth.token.tampered-refused",
    .title = "a token that was changed is answered 401",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"auth.invalid-token-401", "auth.validated-before-processing"},
    .source = "https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#token-handling",
    .consequence = "Anybody writes a token with the name and the rights of anybody.",
    .fix = "Verify the signature with the issuer's keys before any claim is read (verify, not decode, of the JWT "
           "library), and answer 401 where it fails or is missing.",
    .faults = {"token.signature-ignored"},
    .fixture = "token",
    .wrong_credentials = 3,
    .run = run,
}};
const NotByCommand kNoCommand{"auth.token.tampered-refused", "it takes a token that is made from a good one"};

}  // namespace
}  // namespace weir::conformance::auth_token_tampered_refused
