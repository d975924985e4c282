#include "wire/mcp/messages.hpp"

#include <gtest/gtest.h>

#include "wire/mcp/era.hpp"

namespace weir::wire::mcp {
namespace {

Request post(std::string body) {
  Request request;
  request.method = "POST";
  request.body = std::move(body);
  add_stateless_headers(request, k2026_07_28);
  return request;
}

jsonrpc::Message server_request(std::string_view method) {
  return jsonrpc::classify(json::object{{"jsonrpc", "2.0"}, {"id", "s1"}, {"method", method}});
}

json::value answer(std::string_view method, const json::object& capabilities) {
  return parse_json(answer_to(server_request(method), capabilities)).value().value;
}

TEST(StatelessParams, say_who_asks) {
  const json::value params = stateless_params(nullptr, k2026_07_28, {"weir", {{"roots", json::object()}}});
  const json::object& meta = params.at("_meta").as_object();
  EXPECT_EQ(meta.at("io.modelcontextprotocol/protocolVersion"), json::value("2026-07-28"));
  EXPECT_EQ(meta.at("io.modelcontextprotocol/clientInfo").at("name"), json::value("weir"));
  EXPECT_TRUE(meta.at("io.modelcontextprotocol/clientCapabilities").as_object().contains("roots"));
}

TEST(StatelessParams, leave_alone_what_the_caller_has_put_there) {
  const json::value given = {{"a", 1}, {"_meta", {{"io.modelcontextprotocol/protocolVersion", "1900-01-01"}}}};
  const json::value params = stateless_params(given, k2026_07_28, {});
  EXPECT_EQ(params.at("_meta").at("io.modelcontextprotocol/protocolVersion"), json::value("1900-01-01"));
  EXPECT_EQ(params.at("a"), json::value(1));
  EXPECT_EQ(stateless_params(json::value("text"), k2026_07_28, {}), json::value("text"));
}

TEST(StatelessHeaders, repeat_method_and_name_of_the_body) {
  const Request call = post(R"({"id":1,"method":"tools/call","params":{"name":"get_weather"}})");
  EXPECT_EQ(call.headers.get("MCP-Protocol-Version"), "2026-07-28");
  EXPECT_EQ(call.headers.get("Mcp-Method"), "tools/call");
  EXPECT_EQ(call.headers.get("Mcp-Name"), "get_weather");
  EXPECT_EQ(post(R"({"id":1,"method":"resources/read","params":{"uri":"a://b"}})").headers.get("Mcp-Name"), "a://b");
}

TEST(StatelessHeaders, name_only_where_the_method_has_one) {
  const Request list = post(R"({"id":1,"method":"tools/list","params":{"name":"x"}})");
  EXPECT_FALSE(list.headers.has("Mcp-Name"));
}

TEST(StatelessHeaders, nothing_of_a_body_breaks_out_of_a_header) {
  EXPECT_EQ(post(R"({"id":1,"method":"prompts/get","params":{"name":"a\r\nb"}})").headers.get("Mcp-Name"),
            "=?base64?YQ0KYg==?=");
  EXPECT_FALSE(post(R"({"id":1,"method":"a\r\nX: b"})").headers.has("Mcp-Method"));
  EXPECT_FALSE(post("{").headers.has("Mcp-Method"));
}

TEST(AnswerTo, a_ping_is_answered_with_an_empty_result) {
  const json::value expected = {{"jsonrpc", "2.0"}, {"id", "s1"}, {"result", json::object()}};
  EXPECT_TRUE(json_equal(answer("ping", {}), expected));
}

TEST(AnswerTo, what_was_not_declared_does_not_exist) {
  for (const char* method : {"roots/list", "sampling/createMessage", "elicitation/create", "x"}) {
    EXPECT_EQ(answer(method, {}).at("error").at("code"), json::value(jsonrpc::kMethodNotFound)) << method;
  }
}

TEST(AnswerTo, what_was_declared_is_answered) {
  EXPECT_TRUE(answer("roots/list", {{"roots", json::object()}}).at("result").at("roots").as_array().empty());
  EXPECT_EQ(answer("elicitation/create", {{"elicitation", json::object()}}).at("result").at("action"),
            json::value("decline"));
  EXPECT_EQ(answer("sampling/createMessage", {{"sampling", json::object()}}).at("result").at("content").at("type"),
            json::value("text"));
}

}  // namespace
}  // namespace weir::wire::mcp
