#include "conformance/tap/unnamed_coding.hpp"

#include <gtest/gtest.h>

namespace weir::conformance {

namespace {

wire::Exchange with(const std::string& type, std::string body, const char* coding = nullptr) {
  wire::Exchange http;
  if (!type.empty()) { http.head.headers.add("Content-Type", type); }
  if (coding) { http.head.headers.add("Content-Encoding", coding); }
  http.body = std::move(body);
  return http;
}

const std::string kGzip("\x1f\x8b\x08\0", 4);

}  // namespace

TEST(UnnamedCoding, is_told_by_what_the_body_begins_with) {
  EXPECT_EQ(unnamed_coding(with("application/json", kGzip)).value_or(""),
            "the body is gzip, and no Content-Encoding says so");
  EXPECT_EQ(unnamed_coding(with("text/event-stream", "\x28\xb5\x2f\xfd")).value_or(""),
            "the body is zstd, and no Content-Encoding says so");
  EXPECT_TRUE(unnamed_coding(with("", "\x78\x9c")));
  // What reaches us has been decoded by all that the field names.
  EXPECT_EQ(unnamed_coding(with("application/json", kGzip, "gzip")).value_or(""),
            "the body is gzip still, once Content-Encoding: gzip is undone");
}

TEST(UnnamedCoding, leaves_text_and_files_alone) {
  EXPECT_FALSE(unnamed_coding(with("application/json", "{}")));
  EXPECT_FALSE(unnamed_coding(with("text/plain", "x")));
  EXPECT_FALSE(unnamed_coding(with("application/gzip", kGzip)));
  EXPECT_FALSE(unnamed_coding(with("application/json", "\x28\xb5\x2f\xfd", "zstd")));
  EXPECT_FALSE(unnamed_coding(with("application/json", "")));
}

}  // namespace weir::conformance
