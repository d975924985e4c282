#include "wire/mcp/header_value.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace weir::wire::mcp {
namespace {

TEST(HeaderValue, leaves_plain_ascii_alone) {
  EXPECT_EQ(encode_header_value("us-west1"), "us-west1");
  EXPECT_EQ(encode_header_value("file:///a b/config.json"), "file:///a b/config.json");
  EXPECT_EQ(encode_header_value(""), "");
}

// The examples of the specification's table.
TEST(HeaderValue, encodes_what_a_header_cannot_carry) {
  EXPECT_EQ(encode_header_value("Hello, \u4e16\u754c"), "=?base64?SGVsbG8sIOS4lueVjA==?=");
  EXPECT_EQ(encode_header_value(" padded "), "=?base64?IHBhZGRlZCA=?=");
  EXPECT_EQ(encode_header_value("line1\nline2"), "=?base64?bGluZTEKbGluZTI=?=");
  EXPECT_EQ(encode_header_value("=?base64?literal?="), "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=");
}

TEST(HeaderValue, refuses_base64_that_is_none) {
  EXPECT_EQ(decode_header_value("=?base64?a?="), std::nullopt);
  EXPECT_EQ(decode_header_value("=?base64?****?="), std::nullopt);
  EXPECT_EQ(decode_header_value("=?base64?"
                                "?="),
            "");
}

RC_GTEST_PROP(HeaderValue, every_value_survives_as_visible_ascii, (const std::string& value)) {
  const std::string header = encode_header_value(value);
  RC_ASSERT(std::all_of(header.begin(), header.end(), [](char c) { return c == '\t' || (c >= 0x20 && c < 0x7f); }));
  RC_ASSERT(decode_header_value(header) == value);
}

}  // namespace
}  // namespace weir::wire::mcp
