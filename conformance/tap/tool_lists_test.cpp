#include "conformance/tap/tool_lists.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/json/jsonrpc.hpp"

namespace weir::conformance {

namespace json = wire::json;
namespace jsonrpc = wire::jsonrpc;

namespace {

using ::testing::HasSubstr;
using wire::mcp::Era;

const wire::Url kListed = wire::parse_url("http://127.0.0.1:1/mcp").value();

/// What is asked of one endpoint and answered, one after the other.
class Asked {
 public:
  void list(const std::vector<std::string>& names, const std::string& session = "", const std::string& by = "survey") {
    json::array tools;
    for (const auto& name : names) { tools.push_back({{"name", name}}); }
    take("tools/list", nullptr, {{"result", {{"tools", tools}}}}, session, by);
  }
  void page(const std::string& name, const std::string& cursor, const std::string& next) {
    json::object result{{"tools", json::array{{{"name", name}}}}};
    if (!next.empty()) { result["nextCursor"] = next; }
    take("tools/list", cursor.empty() ? json::value(nullptr) : json::value{{"cursor", cursor}}, {{"result", result}});
  }
  void call(const std::string& name, json::object answer, const std::string& by = "tools.call.served") {
    take("tools/call", {{"name", name}}, std::move(answer), "", by);
  }
  void open(const std::string& session, const json::object& capabilities) {
    take("initialize", {{"capabilities", capabilities}}, {{"result", json::object{}}}, "", "survey", session);
  }
  void tell_of_a_change() {
    auto http = exchange(R"({"jsonrpc":"2.0","method":"notifications/initialized"})", "");
    http.head.headers.set("Content-Type", "text/event-stream");
    http.items.emplace_back(wire::SseEvent{.data = R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})"});
    tap_.take("survey", Era::streamable, http);
  }

  ToolsSeen seen() const { return tools_seen(tap_.seen(Era::streamable), {.endpoint = kListed, .credentials = {}}); }

 private:
  wire::Exchange exchange(std::string body, std::string answer) {
    wire::Exchange http;
    http.request = {.method = "POST", .url = kListed, .headers = {}, .body = std::move(body)};
    http.began = wire::Clock::time_point{} + std::chrono::seconds(++asked_);
    http.head.status = 200;
    http.head.headers.add("Content-Type", "application/json");
    http.body = std::move(answer);
    http.end = wire::EndClass::clean;
    return http;
  }
  void take(std::string_view method, const json::value& params, json::object answer, const std::string& session = "",
            const std::string& by = "survey", const std::string& opened = "") {
    answer["jsonrpc"] = "2.0";
    answer["id"] = 1;
    auto http = exchange(jsonrpc::request(1, method, params), json::serialize(answer));
    if (!session.empty()) { http.request.headers.set("Mcp-Session-Id", session); }
    if (!opened.empty()) { http.head.headers.set("Mcp-Session-Id", opened); }
    tap_.take(by, Era::streamable, http);
  }

  Tap tap_;
  int asked_ = 0;
};

json::object unknown(const std::string& name) {
  return {{"error", {{"code", jsonrpc::kInvalidParams}, {"message", "Unknown tool: " + name}}}};
}

}  // namespace

TEST(ToolLists, count_what_differs_from_one_answer_to_the_next) {
  Asked asked;
  for (int i = 0; i < 3; ++i) {
    asked.list({"add", "echo"});
    asked.list({});
  }
  EXPECT_EQ(asked.seen().difference, "2 tools in 3 of 6 lists, none in the others; in some alone: add, echo");
  EXPECT_EQ(asked.seen().excuse, "");
}

TEST(ToolLists, join_pages_and_leave_out_what_was_not_read_to_its_end) {
  Asked asked;
  asked.page("add", "", "2");
  asked.page("echo", "2", "");
  asked.list({"add", "echo"});
  asked.page("add", "", "2");
  EXPECT_EQ(asked.seen().lists, 2U);
  EXPECT_EQ(asked.seen().difference, "");
}

TEST(ToolLists, that_change_once_or_by_notice_are_no_replicas) {
  Asked once;
  once.list({"add"});
  once.list({"add", "echo"});
  once.list({"add", "echo"});
  EXPECT_THAT(once.seen().excuse, HasSubstr("changed once"));

  Asked early;
  for (int i = 0; i < 12; ++i) {
    early.list(i == 5 ? std::vector<std::string>{"add"} : std::vector<std::string>{"add", "echo"});
  }
  EXPECT_EQ(early.seen().excuse, "1 of 12 lists alone");
  early.list({"add"});
  EXPECT_EQ(early.seen().excuse, "") << "which is no chance any more";

  Asked told;
  told.list({"add"});
  told.list({"add", "echo"});
  told.list({"add"});
  told.tell_of_a_change();
  EXPECT_THAT(told.seen().excuse, HasSubstr("list_changed"));
}

TEST(ToolLists, of_clients_that_can_do_less_may_be_others) {
  Asked asked;
  asked.open("a", {{"sampling", json::object{}}});
  asked.open("b", {});
  for (int i = 0; i < 2; ++i) {
    asked.list({"add", "ask"}, "a");
    asked.list({"add"}, "b");
    asked.list({}, "opened by nobody");
  }
  EXPECT_EQ(asked.seen().lists, 4U);
  EXPECT_EQ(asked.seen().difference, "");
}

TEST(ToolLists, tell_which_calls_of_listed_tools_found_none) {
  Asked asked;
  asked.list({"add"});
  asked.call("add", {{"result", {{"content", json::array{}}}}});
  asked.call("add", unknown("add"), "tools.call.empty-arguments");
  asked.call("never-listed", unknown("never-listed"));
  asked.call("add", {{"error", {{"code", jsonrpc::kInvalidParams}, {"message", "a is missing"}}}});
  EXPECT_EQ(asked.seen().known, 2U);
  EXPECT_EQ(asked.seen().unknown, 1U);
  EXPECT_THAT(asked.seen().met_unknown, ::testing::ElementsAre("tools.call.empty-arguments"));
}

TEST(ToolLists, know_a_refusal_by_what_is_said_of_a_tool_that_nobody_has) {
  Asked asked;
  asked.list({"add"});
  asked.call("weir-unknown-tool", {{"error", {{"code", -32000}, {"message", "weir-unknown-tool? Never heard of it"}}}});
  asked.call("add", {{"error", {{"code", -32000}, {"message", "add? Never heard of it"}}}});
  EXPECT_EQ(asked.seen().unknown, 1U);
}

TEST(ToolLists, read_in_words_that_a_tool_is_unknown) {
  for (const char* text : {"Unknown tool: add", "MCP error -32602: Tool add not found", "Tool 'add' not found",
                           "No such tool", "tool \"add\" does not exist", "Tool add doesn't exist"}) {
    EXPECT_TRUE(says_unknown_tool(text, "add")) << text;
  }
  for (const char* text : {"Unknown argument b", "file not found", "Invalid arguments for tool add: a not found"}) {
    EXPECT_FALSE(says_unknown_tool(text, "add")) << text;
  }
}

}  // namespace weir::conformance
