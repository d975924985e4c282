#include "loadgen/client/server_messages.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loadgen/limits.hpp"
#include "wire/json/json.hpp"

namespace weir::loadgen {
namespace {

using ::testing::HasSubstr;

std::string answer(std::string_view message) { return answer_to_server(message, wire::glance(message)); }

TEST(ServerMessages, a_ping_is_answered_under_its_id_as_it_came) {
  EXPECT_EQ(answer(R"({"jsonrpc":"2.0","id":7,"method":"ping"})"), R"({"jsonrpc":"2.0","id":7,"result":{}})");
  EXPECT_EQ(answer(R"({"jsonrpc":"2.0","id":"a\"b","method":"ping"})"), R"({"jsonrpc":"2.0","id":"a\"b","result":{}})");
}

TEST(ServerMessages, what_a_client_without_capabilities_cannot_do_is_refused) {
  for (const char* method : {"roots/list", "sampling/createMessage", "elicitation/create", "unheard/of"}) {
    const std::string bytes = answer(fmt::format(R"({{"jsonrpc":"2.0","id":"x","method":"{}"}})", method));
    const auto parsed = wire::parse_json(bytes);
    ASSERT_TRUE(parsed) << bytes;
    EXPECT_EQ(wire::as_integer(wire::find_pointer(parsed->value, "/error/code")), -32601) << bytes;
    EXPECT_EQ(wire::string_or(parsed->value, "id", ""), "x");
  }
}

TEST(ServerMessages, an_id_that_is_none_gets_no_answer) {
  EXPECT_EQ(answer(R"({"jsonrpc":"2.0","id":{"a":1},"method":"ping"})"), "");
  EXPECT_EQ(answer(R"({"jsonrpc":"2.0","id":null,"method":"ping"})"), "");
  const std::string huge(limits::kRequestIdBytes, 'x');
  EXPECT_EQ(answer(fmt::format(R"({{"jsonrpc":"2.0","id":"{}","method":"ping"}})", huge)), "");
}

TEST(ServerMessages, a_numeric_id_is_not_its_text) {
  EXPECT_EQ(numeric_id("1000001"), 1'000'001U);
  EXPECT_EQ(numeric_id("\"1000001\""), std::nullopt);
  EXPECT_EQ(numeric_id("1.0"), std::nullopt);
  EXPECT_EQ(numeric_id("-1"), std::nullopt);
  EXPECT_EQ(numeric_id(""), std::nullopt);
}

TEST(ServerMessages, a_batch_falls_into_its_messages) {
  const auto texts = split_batch(R"([{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","method":"x"}])");
  ASSERT_EQ(texts.size(), 2U);
  EXPECT_EQ(wire::glance(texts[0]).kind, wire::RpcGlance::Kind::result);
  EXPECT_EQ(wire::glance(texts[1]).method, "x");
  EXPECT_TRUE(split_batch(R"({"jsonrpc":"2.0","method":"x"})").empty());
  EXPECT_TRUE(split_batch("[").empty());
}

TEST(ServerMessages, the_negotiated_revision_is_read) {
  const auto revision = read_initialize_answer(R"({"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-03-26"}})");
  ASSERT_TRUE(revision);
  EXPECT_EQ(*revision, "2025-03-26");
}

TEST(ServerMessages, an_initialize_that_failed_says_why) {
  const auto refused = read_initialize_answer(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}})");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("-32602"));
  EXPECT_FALSE(read_initialize_answer(R"({"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"a\r\nX: y"}})"));
  EXPECT_FALSE(read_initialize_answer(R"({"jsonrpc":"2.0","id":1,"result":{}})"));
  EXPECT_FALSE(read_initialize_answer("<html>"));
}

TEST(ServerMessages, an_answer_is_found_in_a_body_a_batch_and_a_stream) {
  const std::string message = R"({"jsonrpc":"2.0","id":1,"result":{}})";
  wire::Exchange body;
  body.body = message;
  EXPECT_EQ(find_answer(body, 1), message);
  EXPECT_EQ(find_answer(body, 2), std::nullopt);
  body.body = "[" + message + "]";
  EXPECT_EQ(find_answer(body, 1), message);
  wire::Exchange stream;
  stream.items.emplace_back(wire::SseComment{"hello"});
  stream.items.emplace_back(wire::SseEvent{.data = R"({"jsonrpc":"2.0","method":"notifications/message"})"});
  stream.items.emplace_back(wire::SseEvent{.data = message});
  EXPECT_EQ(find_answer(stream, 1), message);
}

TEST(ServerMessages, a_session_id_is_visible_ascii_and_bounded) {
  EXPECT_TRUE(is_session_id("1868a90c-0f5b-4f3a"));
  EXPECT_FALSE(is_session_id(""));
  EXPECT_FALSE(is_session_id("a b"));
  EXPECT_FALSE(is_session_id("a\x7f"));
  EXPECT_FALSE(is_session_id(std::string(limits::kSessionIdBytes + 1, 'a')));
}

}  // namespace
}  // namespace weir::loadgen
