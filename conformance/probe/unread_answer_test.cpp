#include "conformance/probe/unread_answer.hpp"

#include <gmock/gmock.h>

#include "wire/base/base64.hpp"

namespace weir::conformance {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kAnswer = R"({"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25"}})";

wire::Exchange answered(std::string type, std::string body, std::vector<wire::SseItem> items = {}) {
  wire::Exchange exchange;
  exchange.request.body = R"({"jsonrpc":"2.0","id":1,"method":"initialize"})";
  exchange.head.status = 200;
  exchange.head.headers.set("Content-Type", std::move(type));
  exchange.body = std::move(body);
  exchange.items = std::move(items);
  return exchange;
}

wire::Exchange streamed(std::string type, std::string data) {
  const std::string body = fmt::format("event: {}\ndata: {}\n\n", type, data);
  return answered("text/event-stream", body, {wire::SseEvent{.type = std::move(type), .data = std::move(data)}});
}

TEST(UnreadAnswer, the_right_one_is_none) {
  EXPECT_FALSE(unread_answer(answered("application/json", std::string(kAnswer))));
  EXPECT_FALSE(unread_answer(streamed("message", std::string(kAnswer))));
}

TEST(UnreadAnswer, what_is_no_answer_is_none) {
  EXPECT_FALSE(unread_answer(answered("text/event-stream", ": hello\n\n")));
  EXPECT_FALSE(unread_answer(answered("text/html", "<p>\"jsonrpc\" \"result\"</p>")));
  auto refused = answered("application/json", R"({"jsonrpc":"2.0","id":"1","result":{}})");
  refused.head.status = 400;
  EXPECT_FALSE(unread_answer(refused));
}

TEST(UnreadAnswer, another_id_is_named_with_its_type) {
  for (const std::string id : {"\"1\"", "null", "2"}) {
    const auto text = fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{{}}}})", id);
    for (const auto& exchange : {answered("application/json", text), streamed("message", text)}) {
      const auto unread = unread_answer(exchange);
      ASSERT_TRUE(unread) << text;
      EXPECT_THAT(unread->why, HasSubstr(fmt::format("the id {} where the request has 1", id)));
    }
  }
}

TEST(UnreadAnswer, a_body_beside_the_json_and_another_media_type_are_named) {
  const std::string bare(kAnswer);
  for (const auto& body : {"\xEF\xBB\xBF" + bare, bare + "<!-- 3 ms -->"}) {
    const auto unread = unread_answer(answered("application/json", body));
    ASSERT_TRUE(unread) << body;
    EXPECT_THAT(unread->why, HasSubstr("its body is no JSON"));
  }
  const auto untyped = unread_answer(answered("", bare));
  ASSERT_TRUE(untyped);
  EXPECT_THAT(untyped->why, HasSubstr("no Content-Type"));
  EXPECT_THAT(unread_answer(answered("application/json-rpc", bare))->why, HasSubstr("'application/json-rpc'"));
}

TEST(UnreadAnswer, a_revision_that_is_no_string_is_named) {
  const auto unread =
      unread_answer(streamed("message", R"({"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1.0}})"));
  ASSERT_TRUE(unread);
  EXPECT_THAT(unread->why, HasSubstr("its protocolVersion is 1E0"));
}

TEST(UnreadAnswer, what_a_hop_made_of_it_is_named) {
  const std::string bare(kAnswer);
  const auto wrapped = unread_answer(
      answered("application/json",
               wire::json::serialize(wire::json::object{{"raw", "event: message\ndata: " + bare + "\n\n"}})));
  ASSERT_TRUE(wrapped);
  EXPECT_THAT(wrapped->why, HasSubstr("inside of other JSON, in its member 'raw'"));
  const auto encoded = unread_answer(answered("application/json", wire::base64(bare)));
  ASSERT_TRUE(encoded);
  EXPECT_THAT(encoded->why, HasSubstr("Base64"));
  const auto unframed = unread_answer(answered("text/event-stream", bare));
  ASSERT_TRUE(unframed);
  EXPECT_THAT(unframed->why, HasSubstr("bare JSON"));
  EXPECT_FALSE(unread_answer(answered("application/json", R"({"status":"ok"})")));
}

TEST(UnreadAnswer, a_revision_that_is_missing_is_named) {
  const auto unread = unread_answer(streamed("message", R"({"jsonrpc":"2.0","id":1,"result":{"capabilities":{}}})"));
  ASSERT_TRUE(unread);
  EXPECT_THAT(unread->why, HasSubstr("no protocolVersion"));
}

TEST(UnreadAnswer, the_frame_that_loses_it_is_named) {
  const auto typed = unread_answer(streamed("response", std::string(kAnswer)));
  ASSERT_TRUE(typed);
  EXPECT_THAT(typed->why, HasSubstr("the type 'response'"));

  auto broken = streamed("message", "{");
  broken.body = "data: {\n \"jsonrpc\": \"2.0\", \"id\": 1, \"result\": {}\n}\n\n";
  ASSERT_TRUE(unread_answer(broken));
  EXPECT_THAT(unread_answer(broken)->why, HasSubstr("is no JSON: '{'"));

  const auto open = unread_answer(answered("text/event-stream", fmt::format("data: {}\n", kAnswer)));
  ASSERT_TRUE(open);
  EXPECT_THAT(open->why, HasSubstr("never ended by an empty line"));
}

}  // namespace
}  // namespace weir::conformance
