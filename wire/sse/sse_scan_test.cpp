#include "wire/sse/sse_scan.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "wire/base/limits.hpp"
#include "wire/testing/corpus.hpp"
#include "wire/testing/for_each_split.hpp"
#include "wire/testing/scans.hpp"

namespace weir::wire {
namespace {

using testing::Heard;
using testing::Pieces;

/// What the scan hears, after making sure that the decoder hears the same, however the bytes are cut.
Heard hear(std::string_view bytes) {
  const std::string_view whole[] = {bytes};
  const Heard expected = testing::decode_events(whole);
  SseCarries carries;
  std::size_t different = 0;
  testing::for_each_split(
      bytes, [&](Pieces pieces) { different += testing::scan_events(pieces, carries) == expected ? 0 : 1; });
  EXPECT_EQ(different, 0u) << ::testing::PrintToString(bytes.substr(0, 200));
  EXPECT_EQ(carries.lent(), 0u);
  return expected;
}

TEST(SseScan, agrees_with_the_decoder_on_every_specimen) {
  for (const testing::Specimen& specimen : testing::corpus(WEIR_SOURCE_DIR "/wire/sse/corpus/sse")) {
    SCOPED_TRACE(specimen.name);
    hear(specimen.bytes);
  }
}

TEST(SseScan, reads_whole_events_where_they_lie) {
  const std::string bytes = "id: 7\nevent: message\ndata: {\"a\":1}\n\n";
  struct Sink final : SseSink {
    void event(const SseEventView& event) override {
      ++events;
      data = event.data;
    }
    int events = 0;
    std::string_view data;
  } sink;
  SseCarries carries;
  SseScan scan;
  ASSERT_TRUE(scan.feed(bytes, carries, sink));
  EXPECT_EQ(sink.events, 1);
  EXPECT_EQ(sink.data.data(), bytes.data() + bytes.find('{'));
  EXPECT_EQ(carries.bytes(), 0u);
}

TEST(SseScan, owns_no_buffer_between_events) {
  testing::Hearing hearing;
  SseCarries carries;
  SseScan scan;
  for (const std::string_view piece : {"data: a", "b\ndata: c\n", ": comment\n", "\n", ": heart", "beat\n\n"}) {
    ASSERT_TRUE(scan.feed(piece, carries, hearing));
  }
  EXPECT_FALSE(scan.holds_buffer());
  ASSERT_EQ(hearing.heard.items.size(), 3u);
  EXPECT_EQ(std::get<SseEvent>(hearing.heard.items[1]).data, "ab\nc");
  EXPECT_EQ(carries.lent(), 0u);
}

TEST(SseScan, reports_comments_as_they_come_though_no_blank_line_follows) {
  testing::Hearing hearing;
  SseCarries carries;
  SseScan scan;
  for (int i = 0; i < 3; ++i) { scan.feed(": keep-alive\n", carries, hearing); }
  EXPECT_EQ(hearing.heard.items.size(), 3u);
  EXPECT_FALSE(scan.holds_buffer());
}

TEST(SseScan, tells_of_ids_without_data) {
  const Heard heard = hear("id: 5\n\nid: 6\ndata:\n\nid: 7\nevent: x\n\nid\n\n");
  EXPECT_EQ(heard.items.size(), 1u);
  EXPECT_EQ(heard.last_event_id, "");
}

TEST(SseScan, gives_its_buffer_back_when_the_stream_is_gone) {
  testing::Hearing hearing;
  SseCarries carries;
  SseScan scan;
  scan.feed("data: half", carries, hearing);
  EXPECT_TRUE(scan.holds_buffer());
  EXPECT_EQ(carries.lent(), 1u);
  scan.release(carries);
  EXPECT_EQ(carries.lent(), 0u);
  SseScan other;
  other.feed("data: other\n\n", carries, hearing);
  ASSERT_EQ(hearing.heard.items.size(), 1u);
  EXPECT_EQ(std::get<SseEvent>(hearing.heard.items[0]).data, "other");
}

TEST(SseScan, gives_up_streams_whose_unfinished_events_are_too_much_together) {
  testing::Hearing hearing;
  SseCarries carries(5 * limits::kLoadCarryShare);
  const std::string large = "data: " + std::string(2 * limits::kLoadCarryShare - 100, 'x');
  std::vector<SseScan> scans(4);
  EXPECT_TRUE(scans[0].feed(large, carries, hearing));
  EXPECT_TRUE(scans[1].feed(large, carries, hearing));
  EXPECT_FALSE(scans[2].feed(large, carries, hearing));
  EXPECT_FALSE(scans[2].feed("\n\n", carries, hearing)) << "it is not worth reading on";
  scans[3].feed("data: small", carries, hearing);
  EXPECT_TRUE(scans[3].feed(" and\n\n", carries, hearing)) << "others are not to suffer";
  EXPECT_EQ(hearing.heard.items.size(), 1U);
  scans[0].release(carries);
  SseScan next;
  EXPECT_TRUE(next.feed(large, carries, hearing)) << "there is room again";
  next.release(carries);
  scans[1].release(carries);
  EXPECT_EQ(carries.lent(), 0U);
}

TEST(SseScan, keeps_streams_that_are_cut_at_the_same_time_apart) {
  SseCarries carries;
  std::vector<SseScan> scans(50);
  std::vector<testing::Hearing> hearings(50);
  const std::string_view bytes = "event: t\ndata: one\ndata: two\nid: 4\n\n";
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (std::size_t i = 0; i < scans.size(); ++i) { scans[i].feed(bytes.substr(at, 1), carries, hearings[i]); }
  }
  for (const testing::Hearing& hearing : hearings) {
    ASSERT_EQ(hearing.heard.items.size(), 1u);
    EXPECT_EQ(std::get<SseEvent>(hearing.heard.items[0]).data, "one\ntwo");
  }
  EXPECT_EQ(carries.lent(), 0u);
}

TEST(SseScan, lets_the_sink_feed_other_scans) {
  struct Sink final : SseSink {
    void event(const SseEventView& event) override {
      seen += std::string(event.data) + ";";
      if (other == nullptr) { return; }
      SseScan* const scan = std::exchange(other, nullptr);
      scan->feed("data: in", *carries, *this);
      scan->feed("ner\ndata: x\n\n", *carries, *this);
      seen += std::string(event.data) + ";";
    }
    SseScan* other = nullptr;
    SseCarries* carries = nullptr;
    std::string seen;
  } sink;
  SseCarries carries;
  SseScan scan, other;
  sink.other = &other;
  sink.carries = &carries;
  scan.feed("data: out", carries, sink);
  scan.feed("er\ndata: y\n\ndata: z\n\n", carries, sink);
  EXPECT_EQ(sink.seen, "outer\ny;inner\nx;outer\ny;z;");
}

struct Fed {
  bool fine = true;
  std::size_t events = 0;
};

Fed feed_by(std::string_view bytes, std::size_t piece) {
  testing::Hearing hearing;
  SseCarries carries;
  SseScan scan;
  Fed fed;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    fed.fine = scan.feed(bytes.substr(at, piece), carries, hearing);
  }
  fed.events = hearing.heard.items.size();
  return fed;
}

TEST(SseScan, gives_up_beyond_its_limit_wherever_the_bytes_are_cut) {
  const std::string fits = "data:" + std::string(limits::kLoadEventBytes - 5, 'x') + "\n\n";
  const std::string line = "data:" + std::string(limits::kLoadEventBytes - 4, 'x') + "\n\ndata: next\n\n";
  std::string event;
  for (std::size_t i = 0; i <= limits::kLoadEventBytes; i += 1024) { event += "data:" + std::string(1023, 'x') + "\n"; }
  event += "\ndata: next\n\n";
  for (const std::size_t piece : {std::size_t{1} << 22, std::size_t{65536}, std::size_t{1000}}) {
    EXPECT_TRUE(feed_by(fits, piece).fine);
    EXPECT_EQ(feed_by(fits, piece).events, 1u);
    for (const std::string& big : {line, event}) {
      EXPECT_FALSE(feed_by(big, piece).fine);
      EXPECT_EQ(feed_by(big, piece).events, 0u);
    }
  }
}

TEST(SseScan, keeps_spare_buffers_up_to_a_bound) {
  SseCarries carries;
  testing::Hearing hearing;
  const std::string half = "data: " + std::string(900'000, 'x');
  std::vector<SseScan> scans(20);
  for (SseScan& scan : scans) { ASSERT_TRUE(scan.feed(half, carries, hearing)); }
  EXPECT_EQ(carries.lent(), 20u);
  for (SseScan& scan : scans) { scan.release(carries); }
  EXPECT_EQ(carries.lent(), 0u);
  EXPECT_LT(carries.bytes(), limits::kLoadSpareBytes + 20 * 1024);
}

std::string any_stream() {
  const auto line =
      rc::gen::element<std::string>("data: a", "data:b", "data", "data:", "data: \xC3\xA9 \xFF", "event: tick", "event",
                                    "id: 1", "id:", std::string("id: a\0b", 7), ": hb", ":", "retry: 50", "retry: x",
                                    "retry: 99999999999999999999", "unknown: z", "", "", "", "\xEF\xBB\xBF");
  const auto ending = rc::gen::element<std::string>("\n", "\n", "\r\n", "\r");
  std::string bytes = *rc::gen::element<std::string>("", "", "\xEF\xBB\xBF");
  const int lines = *rc::gen::inRange(0, 12);
  for (int i = 0; i < lines; ++i) { bytes += *line + *ending; }
  return bytes + *rc::gen::element<std::string>("", "data: open", ":");
}

RC_GTEST_PROP(SseScan, agrees_with_the_decoder_on_any_stream, ()) { hear(any_stream()); }

}  // namespace
}  // namespace weir::wire
