#include "wire/base64.hpp"

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

}  // namespace
}  // namespace weir::wire
