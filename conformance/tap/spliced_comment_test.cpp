#include "conformance/tap/spliced_comment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::conformance {

namespace {

Seen stream(std::string body) {
  Seen seen;
  seen.http.head.headers.add("Content-Type", "text/event-stream");
  seen.http.body = std::move(body);
  return seen;
}

constexpr const char* kFound =
    R"(a comment was put into the line of a message: '{"jsonrpc":"2.0","result":"a' + ': heartbeat' + 'b","id":1}')";

}  // namespace

TEST(SplicedComment, is_told_by_what_becomes_json_without_it) {
  const std::string cut = R"(data: {"jsonrpc":"2.0","result":"a)";
  const std::string rest = R"(b","id":1})";
  for (const std::string end : {"\n", "\r\n", "\n\n"}) {
    const auto spliced = stream("event: message\n" + cut + ": heartbeat" + end + rest + "\n\n");
    EXPECT_EQ(spliced_comment(spliced).value_or(""), kFound);
  }
}

TEST(SplicedComment, may_hold_colons_itself) {
  const auto found = spliced_comment(stream("data: {\"jsonrpc\":\"2.0\": ping 12:04:31\n,\"id\":1,\"result\":{}}\n\n"));
  EXPECT_THAT(found.value_or(""), ::testing::HasSubstr("': ping 12:04:31'"));
}

TEST(SplicedComment, is_none_between_events_or_where_json_is_broken_otherwise) {
  const std::string whole = "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n";
  EXPECT_FALSE(spliced_comment(stream(whole + ": heartbeat\n\n" + whole)));
  EXPECT_FALSE(spliced_comment(stream("data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\n\n")));
  EXPECT_FALSE(spliced_comment(stream("data: {\"jsonrpc\":\"2.0\",\"id\":1,\n\"result\":{}}\n\n")));
}

}  // namespace weir::conformance
