#include "conformance/tap/bare_line.hpp"

#include <gtest/gtest.h>

namespace weir::conformance {
namespace {

std::optional<std::string> found_in(std::string bytes) {
  wire::Exchange stream;
  wire::SseDecoder decoder;
  decoder.feed(bytes, stream.items);
  stream.body = std::move(bytes);
  return bare_line(stream);
}

}  // namespace

TEST(BareLine, is_what_follows_data_and_is_no_field) {
  EXPECT_EQ(found_in("data: {\n  \"a\": 1\n}\n\n"), "'  \"a\": 1' at byte 8, right behind a line of data");
  EXPECT_EQ(found_in("data: one\r\ntwo\r\n\r\n"), "'two' at byte 11, right behind a line of data");
}

TEST(BareLine, is_no_field_that_is_merely_unknown_and_no_comment) {
  EXPECT_EQ(found_in("data: one\nfoo: bar\n\n"), std::nullopt);
  EXPECT_EQ(found_in("data: one\n: two\ndata\n\n"), std::nullopt);
  EXPECT_EQ(found_in("two\ndata: one\n\n two\n\n"), std::nullopt);
}

}  // namespace weir::conformance
