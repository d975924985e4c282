#include "loadgen/client/requests.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/json/json.hpp"
#include "wire/mcp/header_value.hpp"

namespace weir::loadgen {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Requests make(StreamKind kind, std::string revision = {}, const Credentials& credentials = {},
              std::string_view url = "http://example.com:8080/mcp?x=1") {
  Population plan;
  plan.stream = kind;
  plan.revision = std::move(revision);
  plan.stream_call.tool = "slow";
  auto made = Requests::make(plan, *wire::parse_url(url), credentials);
  EXPECT_TRUE(made) << made.error().detail;
  return made ? *std::move(made) : Requests();
}

wire::json::value body_of(const std::string& request) {
  const auto blank = request.find("\r\n\r\n");
  const std::string body = request.substr(blank + 4);
  EXPECT_THAT(request, HasSubstr(fmt::format("\r\nContent-Length: {}\r\n\r\n", body.size())));
  const auto parsed = wire::parse_json(body);
  EXPECT_TRUE(parsed) << body;
  return parsed ? parsed->value : wire::json::value();
}

TEST(Requests, a_plain_stream_is_asked_for_as_eventsource_does) {
  EXPECT_EQ(make(StreamKind::plain_get).stream({}, {}),
            "GET /mcp?x=1 HTTP/1.1\r\n"
            "Host: example.com:8080\r\n"
            "Accept: text/event-stream\r\n"
            "Cache-Control: no-cache\r\n"
            "User-Agent: weir-loadgen/0.1.0\r\n"
            "\r\n");
}

TEST(Requests, a_stream_is_taken_up_after_its_last_event) {
  const Requests requests = make(StreamKind::plain_get);
  EXPECT_THAT(requests.stream({}, "e-7"), HasSubstr("\r\nLast-Event-ID: e-7\r\n\r\n"));
  EXPECT_THAT(requests.stream({}, "e\t7 \xc3\xa9"), HasSubstr("\r\nLast-Event-ID: e\t7 \xc3\xa9\r\n\r\n"));
  for (const char* id : {"e\r\nX: y", "\x01", "e\x1b[31m", "\x7f"}) {
    EXPECT_THAT(requests.stream({}, id), Not(HasSubstr("Last-Event-ID")));
  }
}

TEST(Requests, credentials_are_in_every_request) {
  Credentials credentials;
  credentials.bearer = "secret";
  credentials.headers = {{"X-API-Key", "k"}, {"Accept", "text/event-stream;q=1"}};
  const Requests requests = make(StreamKind::streamable_get, "2025-11-25", credentials);
  for (const std::string& bytes : {requests.stream({}, {}), requests.initialize({}), requests.initialized({}),
                                   requests.end_session({}), requests.post({}, "{}", "ping", {})}) {
    EXPECT_THAT(bytes, HasSubstr("\r\nAuthorization: Bearer secret\r\n"));
    EXPECT_THAT(bytes, HasSubstr("\r\nX-API-Key: k\r\n"));
    EXPECT_THAT(bytes, HasSubstr("\r\nAccept: text/event-stream;q=1\r\n"));
  }
}

TEST(Requests, a_header_that_would_be_two_is_refused_without_its_value) {
  Credentials credentials;
  credentials.headers = {{"X-Key", "secret\r\nX: y"}};
  const auto made = Requests::make(Population{}, *wire::parse_url("http://a/"), credentials);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().detail, HasSubstr("X-Key"));
  EXPECT_THAT(made.error().detail, Not(HasSubstr("secret")));
}

TEST(Requests, initialize_names_the_revision_in_its_body_alone) {
  const std::string bytes = make(StreamKind::streamable_get, "2025-11-25").initialize({});
  EXPECT_THAT(bytes, ::testing::StartsWith("POST /mcp?x=1 HTTP/1.1\r\nHost: example.com:8080\r\n"
                                           "Accept: application/json, text/event-stream\r\n"
                                           "Content-Type: application/json\r\n"));
  EXPECT_THAT(bytes, Not(HasSubstr("MCP-Protocol-Version")));
  EXPECT_THAT(bytes, Not(HasSubstr("Mcp-Session-Id")));
  const auto body = body_of(bytes);
  EXPECT_EQ(wire::as_integer(wire::find(body, "id")), 1);
  EXPECT_EQ(wire::string_or(body, "method", ""), "initialize");
  EXPECT_EQ(wire::as_string(wire::find_pointer(body, "/params/protocolVersion")), "2025-11-25");
  EXPECT_NE(wire::find_pointer(body, "/params/clientInfo/name"), nullptr);
}

TEST(Requests, a_session_carries_its_id_and_what_was_negotiated) {
  const Requests requests = make(StreamKind::streamable_get, "2025-11-25");
  const SessionWords newer{"s-1", "2025-06-18", {}};
  for (const std::string& bytes :
       {requests.stream(newer, {}), requests.initialized(newer), requests.end_session(newer)}) {
    EXPECT_THAT(bytes, HasSubstr("\r\nMCP-Protocol-Version: 2025-06-18\r\nMcp-Session-Id: s-1\r\n"));
  }
  const SessionWords older{"s-1", "2025-03-26", {}};
  EXPECT_THAT(requests.stream(older, {}), Not(HasSubstr("MCP-Protocol-Version")));
  EXPECT_THAT(requests.stream({{}, "2025-06-18", {}}, {}), Not(HasSubstr("Mcp-Session-Id")));
  EXPECT_EQ(wire::string_or(body_of(requests.initialized(newer)), "method", ""), "notifications/initialized");
  EXPECT_TRUE(requests.end_session(newer).starts_with("DELETE /mcp?x=1 HTTP/1.1\r\n"));
}

TEST(Requests, a_version_that_the_user_sets_stands) {
  Credentials credentials;
  credentials.headers = {{"mcp-protocol-version", "1999-01-01"}};
  const std::string bytes =
      make(StreamKind::streamable_get, "2025-11-25", credentials).stream({"s", "2025-11-25", {}}, {});
  EXPECT_THAT(bytes, HasSubstr("\r\nmcp-protocol-version: 1999-01-01\r\n"));
  EXPECT_THAT(bytes, Not(HasSubstr("MCP-Protocol-Version")));
}

TEST(Requests, http_sse_posts_where_the_endpoint_event_says) {
  const Requests requests = make(StreamKind::http_sse_get, "2024-11-05");
  const SessionWords session{{}, "2024-11-05", "/messages?sessionId=7"};
  EXPECT_TRUE(requests.initialize(session).starts_with("POST /messages?sessionId=7 HTTP/1.1\r\n"));
  EXPECT_TRUE(requests.post(session, "{}", "ping", {}).starts_with("POST /messages?sessionId=7 HTTP/1.1\r\n"));
  EXPECT_THAT(requests.post(session, "{}", "ping", {}), Not(HasSubstr("MCP-Protocol-Version")));
}

TEST(Requests, listen_carries_the_metadata_of_2026_07_28) {
  const std::string bytes = make(StreamKind::listen, "2026-07-28").listen(42);
  EXPECT_THAT(bytes, HasSubstr("\r\nMCP-Protocol-Version: 2026-07-28\r\n"));
  EXPECT_THAT(bytes, HasSubstr("\r\nMcp-Method: subscriptions/listen\r\n"));
  const auto body = body_of(bytes);
  EXPECT_EQ(wire::as_integer(wire::find(body, "id")), 42);
  EXPECT_EQ(wire::as_string(wire::find_pointer(body, "/params/_meta/io.modelcontextprotocol~1protocolVersion")),
            "2026-07-28");
  EXPECT_NE(wire::find_pointer(body, "/params/_meta/io.modelcontextprotocol~1clientCapabilities"), nullptr);
  EXPECT_EQ(wire::json::serialize(*wire::find_pointer(body, "/params/notifications/toolsListChanged")), "true");
}

TEST(Requests, listen_tells_lists_from_resources) {
  Population plan;
  plan.stream = StreamKind::listen;
  plan.revision = "2026-07-28";
  plan.listen_to = {"promptsListChanged", "note://a"};
  const auto made = Requests::make(plan, *wire::parse_url("http://a/"), {});
  ASSERT_TRUE(made);
  const auto body = body_of(made->listen(1));
  EXPECT_EQ(wire::json::serialize(*wire::find_pointer(body, "/params/notifications")),
            R"({"promptsListChanged":true,"resourceSubscriptions":["note://a"]})");
}

TEST(Requests, a_call_of_2026_07_28_names_its_tool_in_a_header) {
  const Requests requests = make(StreamKind::listen, "2026-07-28");
  EXPECT_THAT(requests.post({}, "{}", "tools/call", "echo"),
              HasSubstr("\r\nMcp-Method: tools/call\r\nMcp-Name: echo\r\n"));
  EXPECT_THAT(requests.post({}, "{}", "tools/call", "\xc3\xa9"),
              HasSubstr("\r\nMcp-Name: " + wire::mcp::encode_header_value("\xc3\xa9") + "\r\n"));
  EXPECT_THAT(make(StreamKind::streamable_get, "2025-11-25").post({}, "{}", "tools/call", "echo"),
              Not(HasSubstr("Mcp-Name")));
}

TEST(Requests, the_call_that_is_answered_by_a_stream) {
  const auto body =
      body_of(make(StreamKind::streamable_post, "2025-11-25").call({"s", "2025-11-25", {}}, 9, R"({"n":1})"));
  EXPECT_EQ(wire::json::serialize(body),
            R"({"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"slow","arguments":{"n":1}}})");
}

}  // namespace
}  // namespace weir::loadgen
