#include "loadgen/supervise/kept_secrets.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "wire/base/base64.hpp"

namespace weir::loadgen {
namespace {

std::string token(int number, std::size_t bytes) {
  std::string noise;
  for (unsigned value = static_cast<unsigned>(number) * 2654435761U; noise.size() < bytes;) {
    noise += static_cast<char>((value = value * 1664525U + 1013904223U) >> 24);
  }
  return wire::base64url(noise).substr(0, bytes);
}

TEST(KeptSecrets, hides_what_was_given_and_the_newest_tokens_of_a_night) {
  constexpr int kTokens = 1'000;
  constexpr std::size_t kBytes = 2'000;
  KeptSecrets secrets({"given-secret-of-the-user"});
  for (int i = 0; i < kTokens; ++i) {
    secrets.add_token(token(i, kBytes));
    ASSERT_EQ(secrets.redactor().text(token(i, kBytes)), "***") << i;
  }
  EXPECT_EQ(secrets.redactor().text("given-secret-of-the-user"), "***");
  for (int i = kTokens - 90; i < kTokens; ++i) { EXPECT_EQ(secrets.redactor().text(token(i, kBytes)), "***") << i; }
  // What has run out long ago takes no memory any more.
  EXPECT_EQ(secrets.redactor().text(token(0, kBytes)), token(0, kBytes));
}

TEST(KeptSecrets, keeps_one_token_however_long_it_is) {
  KeptSecrets secrets;
  const std::string first = token(1, 600'000), second = token(2, 600'000);
  secrets.add_token(first);
  EXPECT_EQ(secrets.redactor().text(first), "***");
  secrets.add_token(second);
  EXPECT_EQ(secrets.redactor().text(second), "***");
  secrets.add_token("");
  EXPECT_EQ(secrets.redactor().text("a text"), "a text");
}

}  // namespace
}  // namespace weir::loadgen
