#include "wire/base/base64.hpp"

#include <gtest/gtest.h>

namespace weir::wire {
namespace {

TEST(Base64, gives_the_examples_of_rfc_4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, of_urls_has_other_digits_and_no_padding) {
  EXPECT_EQ(base64("\xFB\xFF"), "+/8=");
  EXPECT_EQ(base64url("\xFB\xFF"), "-_8");
}

TEST(Base64, decodes_what_it_encodes_of_any_length) {
  std::string bytes;
  for (int i = 0; i < 70; ++i) {
    EXPECT_EQ(decode_base64(base64(bytes)), bytes) << i;
    EXPECT_EQ(decode_base64(base64url(bytes)), bytes) << i;
    bytes.push_back(static_cast<char>(i * 37));
  }
}

TEST(Base64, refuses_what_is_none) {
  for (const char* text : {"Zg=", "A", "Zm9v!", "Zm 9v", "====", "Zg==Zg=="}) {
    EXPECT_EQ(decode_base64(text).has_value(), std::string_view(text) == "Zg=") << text;
  }
}

}  // namespace
}  // namespace weir::wire
