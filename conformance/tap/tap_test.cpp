#include "conformance/tap/tap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/tap/places.hpp"
#include "conformance/tap/traffic.hpp"

namespace weir::conformance {

namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using wire::mcp::Era;

const wire::Url kEndpoint = wire::parse_url("http://127.0.0.1:1/mcp").value();

wire::Exchange exchange(std::string sent, std::string body, std::string type = "application/json") {
  wire::Exchange http;
  http.request = {.method = "POST", .url = kEndpoint, .headers = {}, .body = std::move(sent)};
  http.head.status = 200;
  http.head.headers.add("Content-Type", std::move(type));
  http.body = std::move(body);
  http.end = wire::EndClass::clean;
  return http;
}

TEST(Tap, digests_anew_only_what_has_come_since) {
  Tap tap;
  int made = 0;
  const auto count = [&](Era era) {
    return *tap.digest<std::size_t>(era, [&] {
      ++made;
      return tap.seen(era).size();
    });
  };
  EXPECT_EQ(count(Era::streamable), 0U);
  EXPECT_EQ(count(Era::streamable), 0U);
  EXPECT_EQ(made, 1);
  tap.take("a.b.c", Era::streamable, exchange("first", ""));
  EXPECT_EQ(count(Era::streamable), 1U);
  EXPECT_EQ(count(Era::stateless), 0U);
  EXPECT_EQ(made, 3);
}

TEST(Tap, keeps_what_each_era_saw_in_the_order_of_asking) {
  Tap tap;
  auto late = exchange("second", "");
  late.began = wire::Clock::now();
  tap.take("a.b.c", Era::streamable, late);
  tap.take("a.b.d", Era::streamable, exchange("first", ""));
  tap.take("a.b.e", Era::stateless, exchange("elsewhere", ""));
  const auto seen = tap.seen(Era::streamable);
  ASSERT_THAT(seen, SizeIs(2));
  EXPECT_EQ(seen[0]->http.request.body, "first");
  EXPECT_EQ(seen[1]->by, "a.b.c");
}

TEST(Tap, cuts_a_long_body_and_says_so) {
  Tap tap;
  tap.take("a.b.c", Era::streamable, exchange("", std::string(kTapBodyBytes + 1, 'x')));
  EXPECT_TRUE(tap.seen(Era::streamable).front()->body_cut);
  EXPECT_THAT(tap.seen(Era::streamable).front()->http.body, SizeIs(kTapBodyBytes));
}

TEST(Tap, counts_what_it_has_no_room_for) {
  Tap tap;
  const auto large = exchange("", std::string(kTapBodyBytes, 'x'));
  for (std::size_t i = 0; i < kTapBytes / kTapBodyBytes + 2; ++i) { tap.take("a.b.c", Era::streamable, large); }
  EXPECT_GT(tap.left_out(), 0U);
  EXPECT_LT(tap.seen(Era::streamable).size(), kTapBytes / kTapBodyBytes + 1);
}

TEST(Tap, is_exercised_once_for_each_era) {
  Tap tap;
  int times = 0;
  for (Era era : {Era::streamable, Era::streamable, Era::stateless}) {
    tap.exercise_once(era, [&] { ++times; });
  }
  EXPECT_EQ(times, 2);
}

TEST(Traffic, knows_the_post_that_carried_an_answer) {
  Tap tap;
  tap.take("a.b.c", Era::streamable,
           exchange(R"({"jsonrpc":"2.0","id":1,"method":"ping"})", R"({"jsonrpc":"2.0","id":1,"result":{}})"));
  const auto traffic = traffic_of(tap.seen(Era::streamable), kEndpoint);
  ASSERT_THAT(traffic.heard, SizeIs(1));
  ASSERT_NE(traffic.heard.front().post, nullptr);
  EXPECT_EQ(traffic.heard.front().post->request()->method, "ping");
}

TEST(Traffic, has_no_request_where_the_body_was_none) {
  Tap tap;
  tap.take("a.b.c", Era::streamable, exchange("{", R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700}})"));
  const auto traffic = traffic_of(tap.seen(Era::streamable), kEndpoint);
  EXPECT_EQ(traffic.sent.front().request(), nullptr);
  EXPECT_FALSE(traffic.sent.front().well_formed());
}

TEST(Traffic, takes_no_other_json_for_a_message_where_a_status_refuses) {
  Tap tap;
  for (const char* body : {R"({"error":"invalid_token"})", R"({"error":{"code":403,"message":"Forbidden"}})",
                           R"({"id":1,"error":{"code":-32600}})"}) {
    auto refused = exchange(R"({"jsonrpc":"2.0","id":1,"method":"ping"})", body);
    refused.head.status = 401;
    tap.take("a.b.c", Era::streamable, refused);
  }
  EXPECT_THAT(traffic_of(tap.seen(Era::streamable), kEndpoint).heard, SizeIs(1));
}

TEST(Traffic, takes_no_page_about_the_server_for_a_message) {
  Tap tap;
  auto page = exchange("", R"({"status":"ok","server":{"name":"demo"}})");
  page.request.method = "GET";
  tap.take("a.b.c", Era::streamable, page);
  EXPECT_THAT(traffic_of(tap.seen(Era::streamable), kEndpoint).heard, SizeIs(0));
}

TEST(Traffic, joins_a_stream_of_http_sse_with_its_posts) {
  Tap tap;
  wire::Exchange stream = exchange("", "", "text/event-stream");
  stream.request.method = "GET";
  stream.items = {wire::SseEvent{.type = "endpoint", .data = "/messages?session=1"},
                  wire::SseEvent{.data = R"({"jsonrpc":"2.0","id":1,"result":{}})"}};
  wire::Exchange post = exchange(R"({"jsonrpc":"2.0","id":1,"method":"ping"})", "", "text/plain");
  post.request.url = wire::resolve(kEndpoint, "/messages?session=1").value();
  tap.take("a.b.c", Era::http_sse, stream);
  tap.take("a.b.c", Era::http_sse, post);
  const auto traffic = traffic_of(tap.seen(Era::http_sse), kEndpoint);
  ASSERT_THAT(traffic.sent, SizeIs(1));
  ASSERT_THAT(traffic.heard, SizeIs(1));
  EXPECT_EQ(traffic.heard.front().session, traffic.sent.front().session);
}

TEST(Places, names_the_first_and_counts_all) {
  Places places;
  const auto seen = std::make_shared<Seen>(
      Seen{.by = "a.b.c", .era = Era::streamable, .http = exchange(R"({"jsonrpc":"2.0","id":1,"method":"ping"})", "")});
  for (int i = 0; i < 9; ++i) {
    places.looked();
    places.broken(seen, fmt::format("fault {}", i));
  }
  const auto finding = places.finding("none", "answers", "nothing came");
  EXPECT_EQ(finding.verdict, reports::Verdict::fail);
  EXPECT_THAT(finding.got, HasSubstr("9 of 9 answers"));
  EXPECT_THAT(finding.got, HasSubstr("ping (a.b.c): fault 0; "));
  EXPECT_THAT(finding.got, Not(HasSubstr("fault 7")));
}

TEST(Places, passes_nothing_unseen) {
  EXPECT_EQ(Places().finding("none", "answers", "nothing came").verdict, reports::Verdict::untestable);
}

}  // namespace

}  // namespace weir::conformance
