#include "wire/http/response_decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/base/limits.hpp"
#include "wire/testing/compress.hpp"
#include "wire/testing/corpus.hpp"
#include "wire/testing/for_each_split.hpp"

namespace weir::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Decoded {
  Exchange exchange;
  std::optional<Error> error;
  std::size_t taken = 0;
};

struct Feed {
  std::string_view method = "GET";
  std::optional<StreamEnd> end;  ///< Of the connection, after the bytes.
  std::size_t max_body_bytes = limits::kBodyBytes;
};

Decoded decode_pieces(testing::Pieces pieces, const Feed& feed) {
  Decoded out;
  ResponseDecoder decoder(out.exchange, feed.method, feed.max_body_bytes);
  std::int64_t at_us = 0;
  for (const auto piece : pieces) {
    ++at_us;
    if (piece.empty() || decoder.ended()) { continue; }
    const auto taken = decoder.feed(piece, at_us);
    if (!taken) {
      out.error = taken.error();
      return out;
    }
    out.taken += *taken;
  }
  if (feed.end) {
    if (const auto ended = decoder.end_of_connection(*feed.end, at_us + 1); !ended) { out.error = ended.error(); }
  }
  return out;
}

Decoded decode_whole(std::string_view bytes, const Feed& feed = {}) { return decode_pieces({&bytes, 1}, feed); }

/// Decodes at every cut, sees that all agree, and returns what they agree on.
Decoded decode(std::string_view bytes, std::string_view method = "GET", std::optional<StreamEnd> end = std::nullopt,
               std::size_t max_body_bytes = limits::kBodyBytes) {
  const Feed feed{method, end, max_body_bytes};
  auto whole = decode_whole(bytes, feed);
  testing::for_each_split(bytes, [&](testing::Pieces pieces) {
    const auto split = decode_pieces(pieces, feed);
    EXPECT_EQ(split.exchange.head.raw, whole.exchange.head.raw);
    EXPECT_EQ(split.exchange.body, whole.exchange.body);
    EXPECT_EQ(split.exchange.end, whole.exchange.end);
    EXPECT_EQ(split.exchange.items.size(), whole.exchange.items.size());
    ASSERT_EQ(split.error.has_value(), whole.error.has_value());
    EXPECT_EQ(split.error.value_or(Error{}).code, whole.error.value_or(Error{}).code);
  });
  return whole;
}

std::vector<std::string> notes_of(const Decoded& decoded) {
  std::vector<std::string> notes;
  for (const auto& note : decoded.exchange.framing_notes) { notes.push_back(note.what); }
  return notes;
}

constexpr std::string_view kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(ResponseDecoder, ends_cleanly_at_content_length) {
  const auto got = decode("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_EQ(got.exchange.body, "abc");
  EXPECT_EQ(got.exchange.end, EndClass::clean);
  EXPECT_THAT(notes_of(got), IsEmpty());
}

TEST(ResponseDecoder, ends_cleanly_at_the_last_chunk) {
  const auto got = decode(std::string(kChunked) + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(got.exchange.body, "abcde");
  EXPECT_EQ(got.exchange.end, EndClass::clean);
}

TEST(ResponseDecoder, knows_responses_without_a_body) {
  for (const char* head : {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}) {
    const auto got = decode(head);
    EXPECT_EQ(got.exchange.end, EndClass::clean) << head;
    EXPECT_THAT(notes_of(got), IsEmpty()) << head;
  }
  const auto head_only = decode("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "HEAD");
  EXPECT_EQ(head_only.exchange.end, EndClass::clean);
}

TEST(ResponseDecoder, stays_open_until_the_body_is_whole) {
  EXPECT_EQ(decode("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab").exchange.end, EndClass::open);
  EXPECT_EQ(decode(std::string(kChunked) + "3\r\nabc\r\n0\r\n").exchange.end, EndClass::open);
  EXPECT_EQ(decode("HTTP/1.1 200 OK\r\n\r\nabc").exchange.end, EndClass::open);
}

TEST(ResponseDecoder, tells_a_fin_between_chunks_from_one_inside) {
  const std::string head(kChunked);
  EXPECT_EQ(decode(head + "3\r\nabc\r\n", "GET", StreamEnd::fin).exchange.end, EndClass::fin_without_terminator);
  EXPECT_EQ(decode(head, "GET", StreamEnd::fin).exchange.end, EndClass::fin_without_terminator);
  EXPECT_EQ(decode(head + "3\r\nab", "GET", StreamEnd::fin).exchange.end, EndClass::fin_mid_chunk);
  EXPECT_EQ(decode("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", "GET", StreamEnd::fin).exchange.end,
            EndClass::fin_mid_chunk);
}

TEST(ResponseDecoder, delimits_by_the_end_of_the_connection) {
  for (const char* head : {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n"}) {
    const auto got = decode(std::string(head) + "abc", "GET", StreamEnd::fin);
    EXPECT_EQ(got.exchange.body, "abc");
    EXPECT_EQ(got.exchange.end, EndClass::close_delimited);
  }
}

TEST(ResponseDecoder, keeps_the_tls_ends_apart) {
  const std::string head(kChunked);
  const std::string close_delimited = "HTTP/1.1 200 OK\r\n\r\nabc";
  EXPECT_EQ(decode(head + "3\r\nabc\r\n", "GET", StreamEnd::tls_close).exchange.end, EndClass::tls_close);
  EXPECT_EQ(decode(head + "3\r\nabc\r\n", "GET", StreamEnd::tls_truncated).exchange.end, EndClass::tls_truncated);
  EXPECT_EQ(decode(close_delimited, "GET", StreamEnd::tls_close).exchange.end, EndClass::close_delimited);
  EXPECT_EQ(decode(close_delimited, "GET", StreamEnd::tls_truncated).exchange.end, EndClass::tls_truncated);
  EXPECT_EQ(decode(head, "GET", StreamEnd::tls_failed).exchange.end, EndClass::malformed);
  EXPECT_EQ(decode(head, "GET", StreamEnd::reset).exchange.end, EndClass::reset);
}

TEST(ResponseDecoder, tells_an_alert_before_the_head_from_a_close) {
  EXPECT_EQ(decode("", "GET", StreamEnd::tls_failed).error->code, ErrorCode::tls_failed);
  EXPECT_EQ(decode("", "GET", StreamEnd::tls_close).error->code, ErrorCode::closed);
}

TEST(ResponseDecoder, lets_an_end_after_the_end_change_nothing) {
  const auto got = decode("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", "GET", StreamEnd::reset);
  EXPECT_EQ(got.exchange.end, EndClass::clean);
}

TEST(ResponseDecoder, names_malformed_chunks_and_keeps_what_came_before) {
  const auto got = decode(std::string(kChunked) + "3\r\nabc\r\nxyz\r\n");
  EXPECT_EQ(got.exchange.body, "abc");
  EXPECT_EQ(got.exchange.end, EndClass::malformed);
  EXPECT_FALSE(notes_of(got).empty());
}

TEST(ResponseDecoder, hands_on_the_notes_of_the_chunks) {
  EXPECT_FALSE(notes_of(decode(std::string(kChunked) + "1;a=b\r\nx\r\n0\r\n\r\n")).empty());
}

TEST(ResponseDecoder, leaves_what_follows_and_says_so) {
  const std::string response = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na";
  const auto got = decode_whole(response + "HTTP/1.1");
  EXPECT_EQ(got.taken, response.size());
  EXPECT_THAT(notes_of(got), ElementsAre(HasSubstr("bytes after the end of the response: 'HTTP/1.1'")));
  const auto no_content = decode_whole("HTTP/1.1 204 No\r\n\r\nbody");
  EXPECT_THAT(notes_of(no_content), ElementsAre(HasSubstr("after the end")));
}

TEST(ResponseDecoder, skips_interim_responses) {
  const auto got = decode(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
  EXPECT_EQ(got.exchange.head.status, 200);
  EXPECT_FALSE(got.exchange.head.headers.has("link"));
  EXPECT_EQ(got.exchange.body, "a");
}

TEST(ResponseDecoder, bounds_interim_responses) {
  Exchange exchange;
  ResponseDecoder decoder(exchange, "GET", limits::kBodyBytes);
  const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: " + std::string(8000, 'x') + "\r\n\r\n";
  std::optional<Error> error;
  for (std::size_t fed = 0; fed < 2 * limits::kHeadBytes && !error; fed += interim.size()) {
    if (auto taken = decoder.feed(interim, 0); !taken) { error = taken.error(); }
  }
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::limit_exceeded);
}

TEST(ResponseDecoder, takes_switching_protocols_as_final) {
  const auto got = decode("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n");
  EXPECT_EQ(got.exchange.head.status, 101);
}

TEST(ResponseDecoder, reads_the_body_of_unknown_transfer_codings_to_the_end) {
  const auto got = decode("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc", "GET", StreamEnd::fin);
  EXPECT_EQ(got.exchange.body, "abc");
  EXPECT_EQ(got.exchange.end, EndClass::close_delimited);
  EXPECT_THAT(notes_of(got), ElementsAre(HasSubstr("transfer coding 'gzip'")));
}

TEST(ResponseDecoder, notes_chunks_in_an_http_1_0_response) {
  const auto got = decode("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n");
  EXPECT_EQ(got.exchange.body, "a");
  EXPECT_EQ(got.exchange.head.version, 10);
  EXPECT_THAT(notes_of(got), ElementsAre(HasSubstr("HTTP/1.0")));
}

TEST(ResponseDecoder, refuses_what_is_no_http_head) {
  for (const char* bytes :
       {"SSH-2.0-OpenSSH_9.2\r\n", "\x15\x03\x01\x00\x02\x02\x46", "HTTP/2 200\r\n\r\n", "<html>",
        "HTTP/1.1 200\nContent-Length: 0\n\n", "HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    const auto got = decode(bytes);
    ASSERT_TRUE(got.error) << bytes;
    EXPECT_EQ(got.error->code, ErrorCode::malformed_head) << bytes;
    EXPECT_THAT(got.error->detail, HasSubstr(std::string(bytes).substr(0, 3) == "SSH" ? "SSH-2.0" : "HTTP/1.1"));
  }
}

TEST(ResponseDecoder, bounds_the_head) {
  const std::string head = "HTTP/1.1 200 OK\r\nX: " + std::string(limits::kHeadBytes, 'x');
  const auto got = decode_whole(head);
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.error->code, ErrorCode::limit_exceeded);
  const auto whole = decode_whole(head + "\r\n\r\n");
  ASSERT_TRUE(whole.error);
  EXPECT_EQ(whole.error->code, ErrorCode::limit_exceeded);
}

TEST(ResponseDecoder, accepts_a_large_head_within_the_bound) {
  const auto got = decode_whole("HTTP/1.1 204 No\r\nX: " + std::string(limits::kHeadBytes - 100, 'x') + "\r\n\r\n");
  EXPECT_EQ(got.exchange.end, EndClass::clean);
}

TEST(ResponseDecoder, says_how_a_connection_ended_before_a_head) {
  const auto nothing = decode("", "GET", StreamEnd::fin);
  ASSERT_TRUE(nothing.error);
  EXPECT_EQ(nothing.error->code, ErrorCode::closed);
  EXPECT_THAT(nothing.error->detail, HasSubstr("before any byte"));
  const auto partial = decode("HTTP/1.1 200 OK\r\nX", "GET", StreamEnd::reset);
  ASSERT_TRUE(partial.error);
  EXPECT_EQ(partial.error->code, ErrorCode::reset);
  EXPECT_THAT(partial.error->detail, HasSubstr("after 18 bytes of a response head"));
}

TEST(ResponseDecoder, stops_at_the_longest_body_allowed) {
  const auto got = decode("HTTP/1.1 200 OK\r\n\r\n0123456789", "GET", std::nullopt, 4);
  EXPECT_EQ(got.exchange.body, "0123");
  EXPECT_EQ(got.exchange.end, EndClass::closed_by_us);
  EXPECT_THAT(notes_of(got), ElementsAre("the body is longer than 4 bytes"));
  EXPECT_EQ(decode("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n0123", "GET", std::nullopt, 4).exchange.end,
            EndClass::clean);
}

TEST(ResponseDecoder, decodes_events_only_of_event_streams) {
  const std::string events = "data: a\n\n: beat\n\ndata: b\n\n";
  const auto got = decode("HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream;charset=utf-8\r\n\r\n" + events);
  EXPECT_EQ(got.exchange.items.size(), 3U);
  EXPECT_EQ(got.exchange.body, events);
  EXPECT_GE(got.exchange.timings.first_event_us, 0);
  EXPECT_THAT(decode("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + events).exchange.items, IsEmpty());
}

TEST(ResponseDecoder, reports_an_unfinished_event_where_the_peer_ended) {
  const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: a\n";
  const auto got = decode(bytes, "GET", StreamEnd::fin);
  ASSERT_EQ(got.exchange.items.size(), 1U);
  EXPECT_EQ(std::get<SseOddity>(got.exchange.items[0]).kind, SseOddityKind::unterminated_event);
  EXPECT_EQ(got.exchange.timings.first_event_us, -1);
}

TEST(ResponseDecoder, bounds_the_items_of_a_stream) {
  std::string bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
  for (std::size_t i = 0; i <= limits::kStreamItems; ++i) { bytes += ":\n"; }
  const auto got = decode_whole(bytes);
  EXPECT_EQ(got.exchange.items.size(), limits::kStreamItems);
  EXPECT_EQ(got.exchange.end, EndClass::closed_by_us);
}

TEST(ResponseDecoder, bounds_what_an_id_takes_that_stays_in_force) {
  std::string bytes =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nid: " + std::string(10'000, 'i') + "\n";
  for (int i = 0; i < 100'000; ++i) { bytes += "data: x\n\n"; }
  const auto got = decode_whole(bytes);
  EXPECT_LE(got.exchange.items.size(), 4'000U);
  EXPECT_EQ(got.exchange.end, EndClass::closed_by_us);
  ASSERT_FALSE(got.exchange.framing_notes.empty());
}

TEST(ResponseDecoder, records_when_bytes_came_within_a_bound) {
  Exchange exchange;
  ResponseDecoder decoder(exchange, "GET", limits::kBodyBytes);
  ASSERT_TRUE(decoder.feed("HTTP/1.1 200 OK\r\n\r\n", 5));
  for (std::size_t i = 0; i < limits::kArrivals + 10; ++i) {
    ASSERT_TRUE(decoder.feed("x", static_cast<std::int64_t>(10 + i)));
  }
  ASSERT_EQ(exchange.arrivals.size(), limits::kArrivals);
  EXPECT_EQ(exchange.arrivals[1].end_offset, 2U);
  EXPECT_EQ(exchange.arrivals[1].at_us, 11);
  EXPECT_EQ(exchange.arrivals.back().end_offset, limits::kArrivals + 10);
  EXPECT_EQ(exchange.timings.head_us, 5);
  EXPECT_EQ(exchange.timings.first_byte_us, 10);
}

TEST(ResponseDecoder, says_which_content_coding_it_does_not_know) {
  const auto got = decode("HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 2\r\n\r\nab");
  EXPECT_EQ(got.exchange.body, "ab");
  EXPECT_THAT(notes_of(got), ElementsAre(HasSubstr("content coding 'zstd'")));
}

TEST(ResponseDecoder, takes_a_whole_frame_with_a_cut_coding_for_malformed) {
  testing::Deflater gzip(testing::Wrapper::gzip);
  std::string coded = gzip.finish("{\"a\":1}");
  const auto head = [](std::size_t length) {
    return fmt::format("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", length);
  };
  const auto whole = decode(head(coded.size()) + coded);
  EXPECT_EQ(whole.exchange.end, EndClass::clean);
  EXPECT_EQ(whole.exchange.body_bytes, coded.size());
  coded.resize(coded.size() - 4);
  const auto cut = decode(head(coded.size()) + coded);
  EXPECT_EQ(cut.exchange.end, EndClass::malformed);
  EXPECT_EQ(cut.exchange.body, "{\"a\":1}");
  EXPECT_THAT(notes_of(cut), ElementsAre(HasSubstr("ends before its own end")));
  const auto short_of = decode(head(coded.size() + 4) + coded, "GET", StreamEnd::fin);
  EXPECT_EQ(short_of.exchange.end, EndClass::fin_mid_chunk);
}

TEST(ResponseDecoder, ends_malformed_where_the_content_coding_does) {
  const auto got = decode("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\nnot gzip at!");
  EXPECT_EQ(got.exchange.end, EndClass::malformed);
  EXPECT_THAT(notes_of(got), ElementsAre(HasSubstr("'gzip' does not decode")));
}

TEST(ResponseDecoder, reads_every_specimen_alike_at_every_cut) {
  for (const auto& specimen : testing::corpus(WEIR_SOURCE_DIR "/wire/http/corpus/response")) {
    SCOPED_TRACE(specimen.name);
    const auto got = decode(specimen.bytes, "GET", StreamEnd::fin);
    EXPECT_TRUE(got.error || got.exchange.end != EndClass::open);
  }
}

}  // namespace
}  // namespace weir::wire
