#include "wire/sse/sse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "wire/base/limits.hpp"
#include "wire/testing/corpus.hpp"
#include "wire/testing/for_each_split.hpp"

namespace weir::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::string_literals;
using Items = std::vector<SseItem>;

struct Decoded {
  Items items;
  std::string last_event_id;
  std::uint64_t offset = 0;
  std::uint64_t dropped_oddities = 0;
  bool operator==(const Decoded&) const = default;
};

Decoded decode_pieces(testing::Pieces pieces) {
  SseDecoder decoder;
  Decoded decoded;
  for (const std::string_view piece : pieces) { decoder.feed(piece, decoded.items); }
  decoder.finish(decoded.items);
  decoded.last_event_id = decoder.last_event_id();
  decoded.offset = decoder.offset();
  decoded.dropped_oddities = decoder.dropped_oddities();
  return decoded;
}

/// What the bytes mean, after making sure that they mean the same however they are cut.
Decoded decode(std::string_view bytes) {
  const std::string_view whole[] = {bytes};
  Decoded expected = decode_pieces(whole);
  std::size_t different = 0;
  testing::for_each_split(bytes,
                          [&](testing::Pieces pieces) { different += decode_pieces(pieces) == expected ? 0 : 1; });
  EXPECT_EQ(different, 0u) << "splits change the meaning of " << ::testing::PrintToString(bytes);
  return expected;
}

template <class T>
std::vector<T> of(const Decoded& decoded) {
  std::vector<T> found;
  for (const SseItem& item : decoded.items) {
    if (const T* value = std::get_if<T>(&item)) { found.push_back(*value); }
  }
  return found;
}

std::vector<std::string> data_of(std::string_view bytes) {
  std::vector<std::string> data;
  for (const SseEvent& event : of<SseEvent>(decode(bytes))) { data.push_back(event.data); }
  return data;
}

std::vector<std::string> oddities_of(std::string_view bytes) {
  std::vector<std::string> names;
  for (const SseOddity& oddity : of<SseOddity>(decode(bytes))) {
    names.push_back(fmt::format("{}@{}", to_string(oddity.kind), oddity.offset));
  }
  return names;
}

TEST(SseDecoder, joins_data_lines_with_lf) {
  EXPECT_THAT(data_of("data: YHOO\ndata: +2\ndata: 10\n\n"), ElementsAre("YHOO\n+2\n10"));
}

TEST(SseDecoder, reads_the_blocks_of_the_standard) {
  const Decoded decoded =
      decode(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n");
  const std::vector<SseEvent> events = of<SseEvent>(decoded);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].data, "first event");
  EXPECT_EQ(events[0].last_event_id, "1");
  EXPECT_EQ(events[1].data, "second event");
  EXPECT_EQ(events[1].last_event_id, "");
  EXPECT_TRUE(events[1].has_id);
  EXPECT_EQ(events[2].data, " third event");
  EXPECT_FALSE(events[2].has_id);
  EXPECT_EQ(of<SseComment>(decoded), std::vector<SseComment>({{"test stream", 0}}));
  EXPECT_THAT(of<SseOddity>(decoded), IsEmpty());
}

TEST(SseDecoder, dispatches_empty_data_but_not_absent_data) {
  EXPECT_THAT(data_of("data\n\ndata\ndata\n\ndata:"), ElementsAre("", "\n"));
  EXPECT_THAT(data_of("data:\n\n"), ElementsAre(""));
  EXPECT_THAT(data_of("event: x\n\n"), IsEmpty());
  EXPECT_THAT(oddities_of("\n\nevent: x\n\nid: 1\n\nretry: 5\n\n"),
              ElementsAre("event_without_data@2", "event_without_data@12"));
}

TEST(SseDecoder, strips_one_leading_space_only) {
  EXPECT_THAT(data_of("data:test\n\ndata: test\n\ndata:  test\n\ndata:\ttest\n\n"),
              ElementsAre("test", "test", " test", "\ttest"));
}

TEST(SseDecoder, ends_lines_at_lf_crlf_and_cr) {
  for (const std::string_view bytes : {"data: 1\ndata: 2\n\ndata: 3\n\n", "data: 1\r\ndata: 2\r\n\r\ndata: 3\r\n\r\n",
                                       "data: 1\rdata: 2\r\rdata: 3\r\r"}) {
    EXPECT_THAT(data_of(bytes), ElementsAre("1\n2", "3"));
    EXPECT_THAT(oddities_of(bytes), IsEmpty());
  }
  EXPECT_THAT(data_of("data: 1\n\r\ndata: 2\r\n\rdata: 3\r\n\n"), ElementsAre("1", "2", "3"));
}

TEST(SseDecoder, notes_mixed_line_endings_once) {
  EXPECT_THAT(oddities_of("data: 1\r\n\ndata: 2\r\rdata: 3\n\n"), ElementsAre("mixed_line_endings@9"));
  EXPECT_THAT(oddities_of(":\n:\r"), ElementsAre("mixed_line_endings@3"));
}

TEST(SseDecoder, dispatches_at_a_cr_without_waiting_for_what_follows) {
  SseDecoder decoder;
  Items items;
  decoder.feed("data: now\r\r", items);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(std::get<SseEvent>(items[0]).end, 11u);
  decoder.feed("\n", items);
  EXPECT_THAT(items, ElementsAre(::testing::_, ::testing::VariantWith<SseOddity>(::testing::_)));
}

TEST(SseDecoder, gives_byte_offsets) {
  const Decoded decoded = decode(": c\r\nretry: 5\r\ndata: a\r\n\r\n\r\nevent: e\r\ndata: b\r\n\r\n");
  EXPECT_EQ(of<SseComment>(decoded)[0].begin, 0u);
  EXPECT_EQ(of<SseRetry>(decoded), std::vector<SseRetry>({{5, 5}}));
  const std::vector<SseEvent> events = of<SseEvent>(decoded);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].begin, 5u);
  EXPECT_EQ(events[0].end, 25u);
  EXPECT_EQ(events[1].begin, 28u);
  EXPECT_EQ(events[1].end, 48u);
  EXPECT_EQ(decoded.offset, 49u);
}

TEST(SseDecoder, drops_a_byte_order_mark_at_the_start_only) {
  const std::string_view bytes =
      "\xEF\xBB\xBF"
      "data: 1\n\n"
      "\xEF\xBB\xBF"
      "data: 2\n\n";
  EXPECT_THAT(data_of(bytes), ElementsAre("1"));
  EXPECT_THAT(oddities_of(bytes), ElementsAre("byte_order_mark@0", "unknown_field@12"));
  EXPECT_EQ(of<SseEvent>(decode(bytes))[0].begin, 3u);
  EXPECT_THAT(oddities_of("\xEF\xBB\xBF"), ElementsAre("byte_order_mark@0"));
  EXPECT_THAT(oddities_of("\xEF\xBB\xBF\xEF\xBB\xBF"
                          "data: 1\n\n"),
              ElementsAre("byte_order_mark@0", "unknown_field@3"));
  EXPECT_THAT(data_of("\xEF\xBB"
                      "data: 1\n\n"),
              IsEmpty());
}

TEST(SseDecoder, resets_the_type_after_dispatch_and_keeps_the_id) {
  const std::vector<SseEvent> events =
      of<SseEvent>(decode("event: a\nevent: b\nid: 7\ndata: 1\n\ndata: 2\n\nevent:\ndata: 3\n\nid\ndata: 4\n\n"));
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0].type, "b");
  EXPECT_EQ(events[1].type, "message");
  EXPECT_EQ(events[2].type, "message");
  EXPECT_EQ(events[1].last_event_id, "7");
  EXPECT_FALSE(events[1].has_id);
  EXPECT_EQ(events[3].last_event_id, "");
  EXPECT_TRUE(events[3].has_id);
}

TEST(SseDecoder, resets_the_type_where_nothing_is_dispatched) {
  EXPECT_EQ(of<SseEvent>(decode("event: lost\n\ndata: x\n\n"))[0].type, "message");
}

TEST(SseDecoder, lets_an_id_take_effect_at_the_blank_line) {
  EXPECT_EQ(decode("id: 1\n\n").last_event_id, "1");
  EXPECT_EQ(decode("data: x\nid: 1\n\nid: 2\ndata: y\n").last_event_id, "1");
  EXPECT_EQ(of<SseEvent>(decode("id: 5\n\ndata: x\n\n"))[0].last_event_id, "5");
}

TEST(SseDecoder, has_no_id_in_force_after_one_that_no_request_could_carry) {
  const std::string bytes = "id: a\ndata: 1\n\nid: " + std::string(20'000, 'b') + "\ndata: 2\n\n";
  const std::vector<SseEvent> events = of<SseEvent>(decode(bytes));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].last_event_id, "") << "to resume after the one before would be wrong";
  EXPECT_TRUE(events[1].has_id);
  EXPECT_THAT(oddities_of(bytes), ElementsAre("line_too_long@15"));
}

TEST(SseDecoder, ignores_an_id_with_nul) {
  const std::string bytes = "id: a\ndata: 1\n\nid: b\0c\ndata: 2\n\n"s;
  const std::vector<SseEvent> events = of<SseEvent>(decode(bytes));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].last_event_id, "a");
  EXPECT_FALSE(events[1].has_id);
  EXPECT_THAT(oddities_of(bytes), ElementsAre("id_with_nul@15"));
}

TEST(SseDecoder, takes_retry_in_digits_only) {
  const std::string_view bytes =
      "retry: 3000\nretry: 007\nretry:0\nretry: 3s\nretry: -1\nretry\nretry:  5\nretry: 1.5\n";
  EXPECT_EQ(of<SseRetry>(decode(bytes)), std::vector<SseRetry>({{3000, 0}, {7, 12}, {0, 23}}));
  EXPECT_EQ(of<SseOddity>(decode(bytes)).size(), 5u);
  EXPECT_EQ(of<SseOddity>(decode(bytes))[0].kind, SseOddityKind::retry_not_digits);
  EXPECT_EQ(of<SseRetry>(decode("retry: 9007199254740992\n")).size(), 1u);
  EXPECT_THAT(oddities_of("retry: 9007199254740993\nretry: 99999999999999999999999\n"),
              ElementsAre("retry_overflow@0", "retry_overflow@24"));
}

TEST(SseDecoder, names_unknown_fields) {
  EXPECT_THAT(oddities_of("Data: x\ndata : y\n data: z\n\n"),
              ElementsAre("unknown_field@0", "unknown_field@8", "unknown_field@17"));
  EXPECT_EQ(of<SseOddity>(decode("junk\x1b: x\n"))[0].excerpt, "junk\\x1b: x");
}

TEST(SseDecoder, reads_comments) {
  EXPECT_EQ(of<SseComment>(decode(":\n: ping\n:  two\n::\n")),
            std::vector<SseComment>({{"", 0}, {"ping", 2}, {" two", 9}, {":", 16}}));
}

TEST(SseDecoder, keeps_an_event_together_around_a_comment) {
  EXPECT_THAT(data_of("data: 1\n: heartbeat\ndata: 2\n\n"), ElementsAre("1\n2"));
}

TEST(SseDecoder, replaces_what_is_not_utf8) {
  const std::string_view bytes = "data: \xFF\xE2\x82 \xED\xA0\x80\n\nev\xE9nt: x\n";
  EXPECT_THAT(data_of(bytes), ElementsAre("\uFFFD\uFFFD \uFFFD\uFFFD\uFFFD"));
  EXPECT_THAT(oddities_of(bytes), ElementsAre("invalid_utf8@6", "invalid_utf8@17", "unknown_field@15"));
  EXPECT_THAT(data_of("data: \u00e9\u20ac\U0001F600\n\n"), ElementsAre("\u00e9\u20ac\U0001F600"));
}

TEST(SseDecoder, discards_an_event_that_the_end_cuts) {
  EXPECT_THAT(data_of("data: kept\n\ndata: lost\n"), ElementsAre("kept"));
  EXPECT_THAT(oddities_of("data: kept\n\ndata: lost\n"), ElementsAre("unterminated_event@12"));
  EXPECT_THAT(oddities_of("data: kept\n\ndata: lo"), ElementsAre("unterminated_event@12"));
  EXPECT_THAT(oddities_of("id: 1\ndata: l"), ElementsAre("unterminated_event@0"));
  EXPECT_THAT(oddities_of("data: kept\n\n"), IsEmpty());
  EXPECT_THAT(oddities_of(": half a comm"), IsEmpty());
  EXPECT_THAT(oddities_of("retry: 5\n"), IsEmpty());
  EXPECT_THAT(oddities_of(""), IsEmpty());
}

TEST(SseDecoder, bounds_oddities_and_counts_the_rest) {
  std::string bytes;
  for (std::size_t i = 0; i < limits::kSseOddities + 10; ++i) { bytes += "x\n"; }
  const Decoded decoded = decode(bytes);
  EXPECT_EQ(of<SseOddity>(decoded).size(), limits::kSseOddities);
  EXPECT_EQ(decoded.dropped_oddities, 10u);
}

TEST(SseDecoder, bounds_the_excerpt_of_an_oddity) {
  EXPECT_LE(of<SseOddity>(decode(std::string(500, 'x') + "\n"))[0].excerpt.size(), 80u);
}

TEST(SseDecoder, cuts_a_line_at_its_limit) {
  // The limit falls into a code point of three bytes, which is no invalid UTF-8 of the endpoint.
  std::string bytes = "data: " + std::string(limits::kSseLineBytes - 8, 'x') + "\u20ac tail\ndata: next\n\n";
  const std::string data = std::string(limits::kSseLineBytes - 8, 'x') + "\nnext";
  for (const std::size_t cut : {bytes.size(), std::size_t{3}, limits::kSseLineBytes - 1, limits::kSseLineBytes,
                                limits::kSseLineBytes + 1, limits::kSseLineBytes + 4}) {
    const std::string_view pieces[] = {std::string_view(bytes).substr(0, cut), std::string_view(bytes).substr(cut)};
    const Decoded decoded = decode_pieces(pieces);
    ASSERT_EQ(of<SseEvent>(decoded).size(), 1u);
    EXPECT_TRUE(of<SseEvent>(decoded)[0].data == data);
    ASSERT_EQ(of<SseOddity>(decoded).size(), 1u);
    EXPECT_EQ(of<SseOddity>(decoded)[0].kind, SseOddityKind::line_too_long);
  }
}

TEST(SseDecoder, owns_no_more_than_a_line_of_an_endless_one) {
  SseDecoder decoder;
  Items items;
  const std::string part(1024 * 1024, 'x');
  for (int i = 0; i < 12; ++i) { decoder.feed(part, items); }
  EXPECT_LE(decoder.pending_bytes(), 2 * limits::kSseLineBytes + 1024);
  EXPECT_EQ(items.size(), 1u);
}

TEST(SseDecoder, drops_an_event_beyond_its_limit_and_goes_on) {
  SseDecoder decoder;
  Items items;
  const std::string line = "data: " + std::string(1024 * 1024, 'x') + "\n";
  for (int i = 0; i < 10; ++i) { decoder.feed(line, items); }
  EXPECT_LT(decoder.pending_bytes(), 1024u);
  decoder.feed("id: 3\n\ndata: after\n\n", items);
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(std::get<SseOddity>(items[0]).kind, SseOddityKind::event_too_big);
  EXPECT_EQ(std::get<SseEvent>(items[1]).data, "after");
  EXPECT_EQ(std::get<SseEvent>(items[1]).last_event_id, "3");
}

TEST(SseDecoder, owns_no_buffer_between_events) {
  SseDecoder decoder;
  Items items;
  decoder.feed("event: a\nid: 1\ndata: " + std::string(10'000, 'x'), items);
  EXPECT_GT(decoder.pending_bytes(), 10'000u);
  decoder.feed("\n", items);
  EXPECT_GT(decoder.pending_bytes(), 0u);
  decoder.feed("\n", items);
  EXPECT_EQ(decoder.pending_bytes(), 0u);
  decoder.feed(": heartbeat\n\n", items);
  EXPECT_EQ(decoder.pending_bytes(), 0u);
  static_assert(sizeof(SseDecoder) <= 64 + sizeof(void*) + sizeof(std::string) - 32);
}

TEST(SseDecoder, reads_every_specimen_alike_however_it_is_cut) {
  const std::vector<testing::Specimen> specimens = testing::corpus(WEIR_SOURCE_DIR "/wire/sse/corpus/sse");
  EXPECT_GE(specimens.size(), 10u);
  for (const testing::Specimen& specimen : specimens) {
    SCOPED_TRACE(specimen.name);
    EXPECT_EQ(decode(specimen.bytes).offset, specimen.bytes.size());
  }
}

TEST(SseEncode, writes_what_the_standard_wants) {
  EXPECT_EQ(encode(SseEvent{.data = "a\n\nb"}), "data: a\ndata:\ndata: b\n\n");
  EXPECT_EQ(encode(SseEvent{.type = "ping", .last_event_id = "7", .has_id = true}, LineEnding::crlf),
            "id: 7\r\nevent: ping\r\ndata:\r\n\r\n");
  EXPECT_EQ(encode(SseEvent{.data = "x", .has_id = true}, LineEnding::cr), "id:\rdata: x\r\r");
  EXPECT_EQ(encode_comment("ping"), ": ping\n");
  EXPECT_EQ(encode_comment("", LineEnding::crlf), ":\r\n");
  EXPECT_EQ(encode_retry(3000), "retry: 3000\n");
}

TEST(SseEncode, never_breaks_out_of_a_line) {
  EXPECT_EQ(encode(SseEvent{.type = "a\r\nb", .data = "1\r\n2\r3", .last_event_id = "x\ny", .has_id = true}),
            "id: xy\nevent: ab\ndata: 1\ndata: 2\ndata: 3\n\n");
  EXPECT_EQ(encode_comment("one\ndata: two"), ": one\n: data: two\n");
}

/// UTF-8 text that meets the awkward characters often.
rc::Gen<std::string> text(const std::vector<std::string>& also) {
  std::vector<std::string> pieces = {"a",      " ",          ":",      ": ", "data", "\u00e9",
                                     "\u20ac", "\U0001F600", "\uFEFF", "\t", "0"};
  pieces.insert(pieces.end(), also.begin(), also.end());
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces)),
                      [](const std::vector<std::string>& parts) {
                        std::string joined;
                        for (const std::string& part : parts) { joined += part; }
                        return joined;
                      });
}

RC_GTEST_PROP(SseProperty, decodes_what_was_encoded, ()) {
  const auto ending = *rc::gen::element(LineEnding::lf, LineEnding::crlf, LineEnding::cr);
  std::string bytes, last_id;
  Items expected;
  for (int i = *rc::gen::inRange(1, 4); i > 0; --i) {
    SseEvent event{.type = *text({"\0"s}), .data = *text({"\n", "\0"s})};
    if (event.type.empty()) { event.type = "message"; }
    event.has_id = *rc::gen::arbitrary<bool>();
    if (event.has_id) { last_id = *text({}); }
    event.last_event_id = last_id;
    event.begin = bytes.size();
    bytes += encode(event, ending);
    event.end = bytes.size() - (ending == LineEnding::crlf ? 1 : 0);
    expected.emplace_back(event);
  }
  testing::for_each_split(bytes, [&](testing::Pieces pieces) { RC_ASSERT(decode_pieces(pieces).items == expected); });
}

RC_GTEST_PROP(SseProperty, means_the_same_however_it_is_cut, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("data", "event", "id", "retry", ":", " ", "\n", "\r", "\r\n", "\n\n", "7", "x",
                                    "\xFF", "\u20ac", "\xEF\xBB\xBF"));
  std::string bytes;
  for (const std::string& piece : pieces) { bytes += piece; }
  const std::string_view whole[] = {bytes};
  const Decoded expected = decode_pieces(whole);
  testing::for_each_split(bytes, [&](testing::Pieces cut) { RC_ASSERT(decode_pieces(cut) == expected); });
}

}  // namespace
}  // namespace weir::wire
