#include "conformance/probe/page.hpp"

#include <gtest/gtest.h>

namespace weir::conformance {
namespace {

TEST(Page, is_read_as_its_text) {
  EXPECT_EQ(
      text_of_page("<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>No</h1></center>"),
      "403 Forbidden No");
  EXPECT_EQ(text_of_page("<!DOCTYPE html>\n<html lang=\"en\"><pre>SyntaxError: Unexpected end &amp; more</pre>"),
            "SyntaxError: Unexpected end &amp; more");
  EXPECT_EQ(text_of_page("no markup  at all"), "no markup at all");
}

TEST(Page, loses_what_nobody_reads) {
  EXPECT_EQ(text_of_page("<STYLE>a { color: red }</Style>a<script>if (1 < 2) {}</SCRIPT>b<!-- c > d -->e"), "a b e");
  EXPECT_EQ(text_of_page("a<script>never closed"), "a");
  EXPECT_EQ(text_of_page("a<b"), "a");
  EXPECT_EQ(text_of_page(""), "");
}

}  // namespace
}  // namespace weir::conformance
