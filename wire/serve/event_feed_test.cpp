#include "wire/serve/event_feed.hpp"

#include <gtest/gtest.h>

#include "wire/sse/sse.hpp"

namespace weir::wire {
namespace {

constexpr std::size_t kPlenty = 1 << 20;

/// All that a reader gets that begins after `after`.
std::vector<SseEvent> read(const EventFeed& feed, std::uint64_t after) {
  SseDecoder decoder;
  std::vector<SseEvent> events;
  for (;;) {
    const auto piece = feed.next(after);
    if (piece.bytes.empty()) { return events; }
    std::vector<SseItem> items;
    decoder.feed(piece.bytes, items);
    for (const auto& item : items) {
      if (const auto* event = std::get_if<SseEvent>(&item)) { events.push_back(*event); }
    }
    after = piece.after;
  }
}

TEST(EventFeed, gives_each_reader_what_came_after_its_last_id) {
  EventFeed feed(kPlenty);
  for (int i = 1; i <= 5; ++i) { feed.publish("second", std::to_string(i)); }
  EXPECT_EQ(feed.latest(), 5U);
  const auto all = read(feed, 0);
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[0].type, "second");
  EXPECT_EQ(all[0].last_event_id, "1");
  EXPECT_EQ(all[4].data, "5");
  ASSERT_EQ(read(feed, 3).size(), 2U);
  EXPECT_EQ(read(feed, 3)[0].data, "4");
  EXPECT_TRUE(read(feed, 5).empty());
}

TEST(EventFeed, keeps_no_more_than_it_may_and_tells_who_missed_something) {
  EventFeed feed(1000);
  for (int i = 1; i <= 1000; ++i) { feed.publish("second", std::string(100, 'x')); }
  const auto late = read(feed, 1);
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].type, EventFeed::kMissed);
  EXPECT_EQ(late[0].last_event_id, "1000");
  EXPECT_LE(read(feed, 995).size(), 5U);
  EXPECT_EQ(read(feed, 999).size(), 1U);
  feed.publish("second", std::string(5000, 'x'));  // The latest is there whatever its size.
  EXPECT_EQ(read(feed, 1000).size(), 1U);
}

TEST(EventFeed, tells_a_reader_of_an_earlier_run_that_it_missed_something) {
  EventFeed feed(kPlenty);
  feed.publish("second", "1");
  const auto events = read(feed, 500);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].type, EventFeed::kMissed);
  EXPECT_EQ(events[0].last_event_id, "1");
}

TEST(EventFeed, ends_when_it_is_finished_and_all_is_read) {
  EventFeed feed(kPlenty);
  feed.publish("end", "{}");
  feed.finish();
  EXPECT_FALSE(feed.next(0).last);
  EXPECT_TRUE(feed.next(1).last);
}

}  // namespace
}  // namespace weir::wire
