#include <gtest/gtest.h>

#include "wire/mcp/collector.hpp"
#include "wire/mcp/dialogue.hpp"

namespace weir::wire::mcp {
namespace {

constexpr std::string_view kPing = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";

Reply reply_with(int status, std::string content_type, std::string body, std::string_view sent = kPing) {
  Reply reply;
  reply.http.head.status = status;
  reply.http.end = EndClass::clean;
  if (!content_type.empty()) { reply.http.head.headers.add("Content-Type", std::move(content_type)); }
  reply.http.body = std::move(body);
  Collector collector(reply, awaited_by(sent));
  collector.take_body(reply.http.body);
  return reply;
}

TEST(Reply, describes_results_and_errors) {
  EXPECT_EQ(reply_with(200, "application/json", R"({"jsonrpc":"2.0","id":1,"result":{}})").describe(),
            "HTTP 200, a result");
  EXPECT_EQ(reply_with(400, "application/json", R"({"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"bad"}})")
                .describe(),
            "HTTP 400, JSON-RPC error -32602 'bad'");
  EXPECT_EQ(
      reply_with(400, "application/json", R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"bad"}})")
          .describe(),
      "HTTP 400, JSON-RPC error -32000 'bad' without an id");
}

TEST(Reply, describes_refusals_that_are_no_json_rpc) {
  Reply reply = reply_with(401, "", "");
  reply.http.head.headers.add("WWW-Authenticate", "Bearer");
  EXPECT_EQ(reply.describe(), "HTTP 401 with WWW-Authenticate, no body");
  EXPECT_EQ(reply_with(502, "text/html; charset=utf-8", "<html>").describe(),
            "HTTP 502, a body of text/html that is no answer");
}

TEST(Reply, describes_errors_that_are_none_by_json_rpc) {
  EXPECT_EQ(reply_with(404, "application/json", R"({"error":"not found"})").describe(),
            R"(HTTP 404, '{"error":"not found"}', which is no JSON-RPC error)");
  EXPECT_EQ(reply_with(401, "application/json", R"({"error":{"message":"who are you?"}})").describe(),
            "HTTP 401, JSON-RPC error 'who are you?' without an integer code or an id");
  EXPECT_EQ(reply_with(200, "application/json", R"({"jsonrpc":"2.0","id":1,"error":{"message":"no"}})").describe(),
            "HTTP 200, JSON-RPC error 'no' without an integer code");
}

TEST(Reply, describes_an_answer_to_something_else) {
  EXPECT_EQ(reply_with(200, "application/json", R"({"jsonrpc":"2.0","id":"1","result":{}})").describe(),
            "HTTP 200, an answer to id \"1\" instead of 1");
}

TEST(Reply, describes_silence) {
  Reply reply = reply_with(202, "", "");
  EXPECT_EQ(reply.describe(), "HTTP 202, no body");
  reply.http.head.headers.add("Content-Type", "text/event-stream");
  EXPECT_EQ(reply.describe(), "HTTP 202, no answer before the event stream ended (clean)");
  reply.http.end = EndClass::open;
  reply.waited = std::chrono::milliseconds(5000);
  EXPECT_EQ(reply.describe(), "HTTP 202, no answer within 5 s");
}

TEST(Reply, describes_silence_on_a_held_stream) {
  Reply reply = reply_with(202, "", "");
  reply.waited = std::chrono::milliseconds(1500);
  reply.stream_end = EndClass::open;
  EXPECT_EQ(reply.describe(), "HTTP 202, no answer within 1.5 s");
  reply.stream_end = EndClass::reset;
  EXPECT_EQ(reply.describe(), "HTTP 202, no answer before the held stream ended (reset)");
}

TEST(Reply, a_notification_is_owed_no_answer) {
  const Reply reply = reply_with(202, "", "", R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  EXPECT_EQ(reply.describe(), "HTTP 202");
  EXPECT_TRUE(reply.result().is_null());
}

}  // namespace
}  // namespace weir::wire::mcp
