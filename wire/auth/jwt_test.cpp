#include "wire/auth/jwt.hpp"

#include <gtest/gtest.h>

#include "wire/auth/signing_key.hpp"
#include "wire/base/base64.hpp"

namespace weir::wire {
namespace {

// RFC 7515 appendix A.1.
constexpr std::string_view kExample =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvb"
    "S9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

TEST(Jwt, is_taken_apart) {
  const auto jwt = decode_jwt(kExample);
  ASSERT_TRUE(jwt);
  EXPECT_EQ(jwt_text(jwt->header, "alg"), "HS256");
  EXPECT_EQ(jwt_text(jwt->claims, "iss"), "joe");
  EXPECT_EQ(jwt_time(jwt->claims, "exp"), 1300819380.0);
  EXPECT_EQ(jwt->signature.size(), 32u);
}

TEST(Jwt, is_told_from_opaque_tokens) {
  for (const auto* token : {"", "abc", "a.b", "a.b.c", "a.b.c.d", "e30.W10.", "e30.e30.e30.e30.e30"}) {
    EXPECT_FALSE(decode_jwt(token)) << token;
  }
  EXPECT_TRUE(decode_jwt("e30.e30."));
}

TEST(Jwt, is_the_same_after_encoding) {
  const json::object header{{"alg", "none"}}, claims{{"sub", "weir"}, {"exp", 12}};
  const auto jwt = decode_jwt(encode_jwt(header, claims, "bytes"));
  ASSERT_TRUE(jwt);
  EXPECT_EQ(jwt->header, header);
  EXPECT_EQ(jwt->claims, claims);
  EXPECT_EQ(jwt->signature, "bytes");
}

TEST(Base64url, gives_back_what_was_encoded) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(decode_base64(base64url(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
  EXPECT_FALSE(decode_base64("a"));
}

TEST(SigningKey, verifies_what_it_signed_and_nothing_else) {
  for (const auto& made : {SigningKey::make_ec(), SigningKey::make_rsa()}) {
    ASSERT_TRUE(made);
    const auto signature = made->sign("header.claims");
    ASSERT_TRUE(signature);
    EXPECT_TRUE(made->verifies("header.claims", *signature)) << made->algorithm();
    EXPECT_FALSE(made->verifies("header.claimz", *signature));
    EXPECT_FALSE(made->verifies("header.claims", ""));
    EXPECT_FALSE(SigningKey::make_ec()->verifies("header.claims", *signature));
  }
}

TEST(SigningKey, shows_its_public_half_alone) {
  const auto rsa = SigningKey::make_rsa()->public_jwk("one");
  EXPECT_EQ(rsa.at("kid"), "one");
  EXPECT_EQ(rsa.at("e"), "AQAB");
  EXPECT_EQ(decode_base64(rsa.at("n").as_string())->size(), 256u);
  const auto ec = SigningKey::make_ec()->public_jwk("two");
  EXPECT_EQ(decode_base64(ec.at("x").as_string())->size(), 32u);
  EXPECT_EQ(decode_base64(ec.at("y").as_string())->size(), 32u);
  EXPECT_FALSE(rsa.contains("d") || ec.contains("d"));
}

}  // namespace
}  // namespace weir::wire
