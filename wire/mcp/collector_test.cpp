#include "wire/mcp/collector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::wire::mcp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

SseEvent event(std::string data, std::string type = "message") {
  SseEvent event;
  event.type = std::move(type);
  event.data = std::move(data);
  return event;
}

TEST(AwaitedBy, a_request_awaits_its_id) {
  EXPECT_THAT(awaited_by(R"({"jsonrpc":"2.0","id":7,"method":"ping"})").ids, ElementsAre(json::value(7)));
  EXPECT_THAT(awaited_by(R"({"jsonrpc":"2.0","id":"7","method":"ping"})").ids, ElementsAre(json::value("7")));
}

TEST(AwaitedBy, notifications_and_answers_await_nothing) {
  EXPECT_TRUE(awaited_by(R"({"jsonrpc":"2.0","method":"notifications/initialized"})").nothing());
  EXPECT_TRUE(awaited_by(R"({"jsonrpc":"2.0","id":1,"result":{}})").nothing());
}

TEST(AwaitedBy, a_batch_awaits_every_request_in_it) {
  const Awaited awaited = awaited_by(R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"x"},)"
                                     R"({"jsonrpc":"2.0","id":2,"method":"y"}])");
  EXPECT_THAT(awaited.ids, ElementsAre(json::value(1), json::value(2)));
  EXPECT_FALSE(awaited.anything);
}

TEST(AwaitedBy, what_is_no_message_awaits_anything) {
  for (const char* body : {"{", "", "[]", "17", R"({"id":1})", R"({"id":null,"method":"ping"})"}) {
    EXPECT_TRUE(awaited_by(body).anything) << body;
  }
}

TEST(Collector, finds_the_answer_among_other_messages) {
  Reply reply;
  Collector collector(reply, awaited_by(R"({"jsonrpc":"2.0","id":7,"method":"tools/list"})"));
  collector.take(event(R"({"jsonrpc":"2.0","method":"notifications/message","params":{}})"));
  collector.take(event(R"({"jsonrpc":"2.0","id":"7","result":{}})"));
  EXPECT_FALSE(collector.answered());
  collector.take(event(R"({"jsonrpc":"2.0","id":7,"result":{"tools":[]}})"));
  EXPECT_TRUE(collector.answered());
  EXPECT_THAT(reply.messages, SizeIs(3));
  ASSERT_TRUE(reply.is_result());
  EXPECT_TRUE(reply.result().as_object().contains("tools"));
  EXPECT_TRUE(reply.response->event.has_value());
}

TEST(Collector, keeps_the_first_of_two_answers_and_lists_both) {
  Reply reply;
  Collector collector(reply, awaited_by(R"({"jsonrpc":"2.0","id":1,"method":"ping"})"));
  collector.take(event(R"({"jsonrpc":"2.0","id":1,"result":{"n":1}})"));
  collector.take(event(R"({"jsonrpc":"2.0","id":1,"result":{"n":2}})"));
  EXPECT_EQ(reply.result().at("n"), json::value(1));
  EXPECT_THAT(reply.messages, SizeIs(2));
}

TEST(Collector, a_batch_is_answered_when_all_of_it_is) {
  Reply reply;
  Collector collector(reply,
                      awaited_by(R"([{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","id":2,"method":"b"}])"));
  collector.take(event(R"({"jsonrpc":"2.0","id":2,"result":{}})"));
  EXPECT_FALSE(collector.answered());
  collector.take_body(R"([{"jsonrpc":"2.0","id":1,"result":{}}])");
  EXPECT_TRUE(collector.answered());
  EXPECT_TRUE(reply.messages.back().batch);
}

TEST(Collector, an_error_without_an_id_refuses_but_does_not_answer) {
  Reply reply;
  Collector collector(reply, awaited_by(R"({"jsonrpc":"2.0","id":1,"method":"a"})"));
  collector.take_body(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"no session"}})");
  EXPECT_FALSE(collector.answered());
  EXPECT_TRUE(collector.refused());
  ASSERT_NE(reply.error_message(), nullptr);
  EXPECT_EQ(reply.error_message()->error.code, -32000);
  EXPECT_FALSE(reply.is_error());
}

TEST(Collector, notes_what_is_no_message) {
  Reply reply;
  Collector collector(reply, awaited_by(R"({"jsonrpc":"2.0","id":1,"method":"a"})"));
  collector.take(event("not\njson"));
  collector.take(event(R"({"jsonrpc":"2.0","id":1,"result":{}})", "result"));
  collector.take(event("tick", "heartbeat"));
  collector.take(event(""));
  EXPECT_THAT(reply.undecodable, ElementsAre("not json", HasSubstr("event of type 'result'")));
  EXPECT_THAT(reply.messages, IsEmpty());
}

TEST(Collector, hands_out_each_server_request_once_and_not_without_bound) {
  Reply reply;
  Collector collector(reply, {});
  for (std::size_t i = 0; i < limits::kServerRequests + 10; ++i) {
    collector.take(event(R"({"jsonrpc":"2.0","id":"s","method":"ping"})"));
  }
  std::size_t handed_out = 0;
  while (collector.next_server_request()) { ++handed_out; }
  EXPECT_EQ(handed_out, limits::kServerRequests);
}

TEST(Collector, keeps_no_copy_of_an_event_for_each_message_of_its_batch) {
  Reply reply;
  Collector collector(reply, awaited_by(R"({"jsonrpc":"2.0","id":7,"method":"tools/list"})"));
  SseEvent batch =
      event(R"([{"jsonrpc":"2.0","method":"notifications/message"},{"jsonrpc":"2.0","id":7,"result":{}}])");
  batch.last_event_id = "s1/4";
  collector.take(SseItem(batch));
  ASSERT_THAT(reply.messages, SizeIs(2));
  for (const auto& seen : reply.messages) { EXPECT_EQ(seen.event->data, ""); }
  EXPECT_EQ(reply.messages[0].event->last_event_id, "");
  EXPECT_EQ(reply.messages[1].event->last_event_id, "s1/4") << "where the answer is resumed";
  EXPECT_EQ(reply.response->event->last_event_id, "s1/4");
}

TEST(Collector, remembers_where_to_resume) {
  Reply reply;
  Collector collector(reply, {});
  SseEvent priming = event("");
  priming.last_event_id = "s1/0";
  collector.take(SseItem(priming));
  collector.take(SseItem(SseRetry{250, 0}));
  EXPECT_EQ(collector.last_event_id(), "s1/0");
  EXPECT_EQ(collector.retry(), std::chrono::milliseconds(250));
}

TEST(TextExcerpt, stays_on_one_line_and_cuts_between_characters) {
  EXPECT_EQ(text_excerpt("a\r\nb", 10), "a  b");
  EXPECT_EQ(text_excerpt("ab\u00e9", 3), "ab...");
  EXPECT_EQ(text_excerpt("ab\u00e9", 4), "ab\u00e9");
}

}  // namespace
}  // namespace weir::wire::mcp
