// JSON Web Tokens as text (RFC 7519, RFC 7515 section 7.1): taken apart and put together. Nothing is verified here; who
// has a key does that (wire/auth/signing_key.hpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/json/json.hpp"

namespace weir::wire {

struct Jwt {
  json::object header;
  json::object claims;
  std::string signature;  ///< Bytes.
};

/// nullopt for a token that is no JWS in compact form with JSON claims: an opaque one.
std::optional<Jwt> decode_jwt(std::string_view token);

/// What a signature is made over: header and claims, encoded.
std::string jwt_signing_input(const json::object& header, const json::object& claims);
/// The whole token.
std::string encode_jwt(const json::object& header, const json::object& claims, std::string_view signature);

/// A text member of header or claims; "" where it is absent or another kind.
std::string jwt_text(const json::object& part, std::string_view name);
/// A time of the claims (RFC 7519 section 2, NumericDate), in seconds since 1970; nullopt where absent.
std::optional<double> jwt_time(const json::object& claims, std::string_view name);

}  // namespace weir::wire
