#include "wire/mcp/pagination.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "wire/testing/raw_server.hpp"

namespace weir::wire::mcp {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using wire::testing::Peer;
using wire::testing::RawServer;

/// Answers initialize and its notification, and each list request with what `page` gives for its number, from 1.
RawServer::Script lister(std::function<json::object(int)> page) {
  return [page = std::move(page), pages = std::make_shared<std::atomic<int>>(0)](Peer& peer) {
    const std::string request = peer.read_request();
    const auto body = parse_json(request.substr(std::min(request.find("\r\n\r\n") + 4, request.size())));
    const json::value* id = body ? find(body->value, "id") : nullptr;
    json::object result = {{"protocolVersion", "2025-11-25"}, {"capabilities", json::object()}};
    if (body && string_or(body->value, "method", "") == "tools/list") { result = page(++*pages); }
    const std::string answer = id ? jsonrpc::response(*id, result) : "";
    peer.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                          answer.size(), answer));
    peer.wait_for_client_end();
  };
}

Listing list(const std::function<json::object(int)>& page) {
  const RawServer server(lister(page));
  HttpClient client;
  DialogueOptions options;
  options.url = server.url();
  options.timeout = std::chrono::seconds(30);
  auto dialogue = Dialogue::open(client, options).value();
  return list_all(dialogue, "tools/list", "tools");
}

json::object page_of(int number, json::value next) {
  return {{"tools", json::array{json::object{{"name", fmt::format("t{}", number)}}}}, {"nextCursor", std::move(next)}};
}

TEST(ListAll, follows_the_cursor_even_when_it_is_empty) {
  const Listing listing = list([](int page) { return page_of(page, page == 1 ? json::value("") : json::value()); });
  EXPECT_FALSE(listing.error);
  EXPECT_THAT(listing.items, SizeIs(2));
  EXPECT_THAT(listing.pages, SizeIs(2));
}

TEST(ListAll, gives_up_after_a_named_number_of_pages) {
  const Listing listing = list([](int page) { return page_of(page, json::string(fmt::format("c{}", page))); });
  ASSERT_TRUE(listing.error);
  EXPECT_EQ(listing.error->code, ErrorCode::limit_exceeded);
  EXPECT_THAT(listing.pages, SizeIs(limits::kListPages));
}

TEST(ListAll, notices_a_cycle_of_cursors) {
  const Listing listing = list([](int page) { return page_of(page, page % 2 == 0 ? "even" : "odd"); });
  ASSERT_TRUE(listing.error);
  EXPECT_THAT(listing.error->detail, HasSubstr("tools/list, page 3: the cursor 'odd' came before"));
  EXPECT_THAT(listing.items, SizeIs(3));
}

TEST(ListAll, names_what_is_no_list) {
  const Listing no_items = list([](int) { return json::object{{"tools", "none"}}; });
  ASSERT_TRUE(no_items.error);
  EXPECT_EQ(no_items.error->code, ErrorCode::malformed_message);
  EXPECT_THAT(no_items.error->detail, HasSubstr("no array 'tools'"));
  const Listing no_cursor = list([](int page) { return page_of(page, 7); });
  ASSERT_TRUE(no_cursor.error);
  EXPECT_THAT(no_cursor.error->detail, HasSubstr("nextCursor is integer instead of a string"));
}

TEST(ListAll, an_empty_list_is_one_page) {
  const Listing listing = list([](int) { return json::object{{"tools", json::array()}}; });
  EXPECT_FALSE(listing.error);
  EXPECT_THAT(listing.items, IsEmpty());
  EXPECT_THAT(listing.pages, SizeIs(1));
}

}  // namespace
}  // namespace weir::wire::mcp
