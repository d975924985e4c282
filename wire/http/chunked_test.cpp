#include "wire/http/chunked.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "wire/base/limits.hpp"
#include "wire/testing/corpus.hpp"
#include "wire/testing/for_each_split.hpp"

namespace weir::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Decoded {
  std::string body;
  std::size_t consumed = 0;
  bool finished = false;
  bool between_chunks = false;
  std::uint64_t chunks = 0;
  std::vector<FramingNote> notes;
  std::string error;
  std::uint64_t error_offset = 0;
  bool operator==(const Decoded&) const = default;
};

Decoded decode_pieces(testing::Pieces pieces) {
  ChunkedDecoder decoder;
  Decoded decoded;
  for (const std::string_view piece : pieces) {
    const Result<std::size_t> consumed = decoder.feed(piece, decoded.body);
    if (!consumed) {
      decoded.consumed = 0;
      decoded.error = fmt::format("{}: {}", to_string(consumed.error().code), consumed.error().detail);
      decoded.error_offset = consumed.error().byte_offset;
      break;
    }
    decoded.consumed += *consumed;
  }
  decoded.finished = decoder.finished();
  decoded.between_chunks = decoder.between_chunks();
  decoded.chunks = decoder.chunks();
  decoded.notes = decoder.notes();
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

std::vector<std::string> notes_of(std::string_view bytes) {
  std::vector<std::string> notes;
  for (const FramingNote& note : decode(bytes).notes) { notes.push_back(fmt::format("{}@{}", note.what, note.offset)); }
  return notes;
}

TEST(ChunkedDecoder, joins_chunks) {
  const Decoded decoded = decode("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
  EXPECT_EQ(decoded.body, "hello world");
  EXPECT_TRUE(decoded.finished);
  EXPECT_EQ(decoded.chunks, 2u);
  EXPECT_EQ(decoded.error, "");
  EXPECT_THAT(decoded.notes, IsEmpty());
}

TEST(ChunkedDecoder, reads_sizes_in_either_case) {
  const std::string data(0xAB, 'x');
  EXPECT_EQ(decode("AB\r\n" + data + "\r\n0\r\n\r\n").body, data);
  EXPECT_EQ(decode("ab\r\n" + data + "\r\n000\r\n\r\n").body, data);
}

TEST(ChunkedDecoder, takes_data_for_what_it_is) {
  EXPECT_EQ(decode("7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n").body, "\r\n0\r\n\r\n");
}

TEST(ChunkedDecoder, leaves_what_follows_the_body) {
  const Decoded decoded = decode("1\r\nx\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n");
  EXPECT_TRUE(decoded.finished);
  EXPECT_EQ(decoded.consumed, 11u);
}

TEST(ChunkedDecoder, knows_whether_an_end_cuts_a_chunk) {
  EXPECT_TRUE(decode("").between_chunks);
  EXPECT_TRUE(decode("1\r\nx\r\n").between_chunks);
  EXPECT_TRUE(decode("0\r\n\r\n").between_chunks);
  for (const std::string_view cut :
       {"1", "1;a", "1\r", "1\r\n", "1\r\nx", "1\r\nx\r", "0", "0\r\n", "0\r\n\r", "0\r\nA: b\r\n"}) {
    EXPECT_FALSE(decode(cut).between_chunks) << cut;
    EXPECT_FALSE(decode(cut).finished) << cut;
  }
  EXPECT_EQ(decode("1\r\nx").chunks, 0u);
}

TEST(ChunkedDecoder, notes_extensions_once) {
  const std::string_view bytes = "3;a;b=c ; d = \"e\\\"f;\"\r\nabc\r\n1;again\r\nd\r\n0;last\r\n\r\n";
  EXPECT_EQ(decode(bytes).body, "abcd");
  EXPECT_THAT(notes_of(bytes), ElementsAre("chunk extension@1", "white space before chunk extension@7"));
}

TEST(ChunkedDecoder, notes_trailers) {
  const std::string_view bytes = "1\r\nx\r\n0\r\nX-Sum: 1 \u00e9\r\nEmpty:\r\n\r\nrest";
  EXPECT_TRUE(decode(bytes).finished);
  EXPECT_THAT(notes_of(bytes), ElementsAre("trailer field@9"));
}

TEST(ChunkedDecoder, notes_sizes_padded_beyond_reason) {
  EXPECT_THAT(notes_of("00000003\r\nabc\r\n0\r\n\r\n"), IsEmpty());
  EXPECT_THAT(notes_of("000000003\r\nabc\r\n0\r\n\r\n"), ElementsAre("padded chunk size@8"));
}

struct Broken {
  std::string bytes;
  std::uint64_t offset;
  std::string due;
};

void PrintTo(const Broken& broken, std::ostream* out) { *out << ::testing::PrintToString(broken.bytes); }

class BrokenFraming : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenFraming, is_refused_at_its_byte) {
  const Decoded decoded = decode(GetParam().bytes);
  EXPECT_THAT(decoded.error, HasSubstr("malformed_framing"));
  EXPECT_THAT(decoded.error, HasSubstr(GetParam().due));
  EXPECT_EQ(decoded.error_offset, GetParam().offset);
  EXPECT_FALSE(decoded.finished);
  EXPECT_FALSE(decoded.between_chunks);
}

INSTANTIATE_TEST_SUITE_P(
    ChunkedDecoder, BrokenFraming,
    ::testing::Values(Broken{"\r\nabc", 0, "a hexadecimal chunk size"}, Broken{";a\r\n", 0, "a hexadecimal chunk size"},
                      Broken{"+3\r\nabc\r\n", 0, "'+'"}, Broken{"-3\r\nabc\r\n", 0, "'-'"},
                      Broken{" 3\r\nabc\r\n", 0, "' '"}, Broken{"0x3\r\nabc\r\n", 1, "'x'"},
                      Broken{"3\nabc\n", 1, "'\\n'"}, Broken{"3\r\rabc", 2, "LF after the chunk size line"},
                      Broken{"3 \r\nabc", 2, "';' after white space"}, Broken{"3,\r\n", 1, "CRLF after the chunk size"},
                      Broken{"3;\r\n", 2, "name of a chunk extension"}, Broken{"3;a\n", 3, "'\\n'"},
                      Broken{"3;a=\r\n", 4, "value of a chunk extension"}, Broken{"3;a b\r\n", 4, "'=' or ';'"},
                      Broken{"3;a=\"b\r\n", 6, "closing"}, Broken{"3;a=\"b\\\r\n", 7, "after '\\'"},
                      Broken{"3;a=\"b\"c\r\n", 7, "'c'"}, Broken{"3\r\nabcd\r\n", 6, "CR after the chunk data"},
                      Broken{"3\r\nabc\n", 6, "CR after the chunk data"},
                      Broken{"3\r\nabc\rx", 7, "LF after the chunk"}, Broken{"3\r\nab\r\n0\r\n\r\n", 6, "'\\n'"},
                      Broken{"10000000000000000\r\n", 16, "64 bits"}, Broken{"FFFFFFFFFFFFFFFFF\r\n", 16, "64 bits"},
                      Broken{"0\r\n\n", 3, "trailer field or"},
                      Broken{"0\r\nA: b\r\n c\r\n\r\n", 9, "trailer field or"}, Broken{"0\r\nA : b\r\n", 4, "':'"},
                      Broken{"0\r\nA\r\n", 4, "':'"}, Broken{"0\r\nA: b\n", 7, "CRLF after a trailer"},
                      Broken{"0\r\nA: b\r\r", 8, "LF after a trailer"}, Broken{"0\r\n\rx", 4, "LF at the end"},
                      Broken{"HTTP/1.1 200 OK\r\n", 0, "'H'"}));

TEST(ChunkedDecoder, keeps_what_it_decoded_before_an_error) {
  const Decoded decoded = decode("3\r\nabc\r\nzz");
  EXPECT_EQ(decoded.body, "abc");
  EXPECT_EQ(decoded.error_offset, 8u);
  EXPECT_EQ(decoded.chunks, 1u);
}

TEST(ChunkedDecoder, repeats_its_error) {
  ChunkedDecoder decoder;
  std::string body;
  const Error first = decoder.feed("x", body).error();
  const Error again = decoder.feed("3\r\nabc\r\n", body).error();
  EXPECT_EQ(first.detail, again.detail);
  EXPECT_EQ(again.byte_offset, 0u);
  EXPECT_EQ(body, "");
}

TEST(ChunkedDecoder, takes_nothing_after_the_end) {
  ChunkedDecoder decoder;
  std::string body;
  EXPECT_EQ(*decoder.feed("0\r\n\r\n", body), 5u);
  EXPECT_EQ(*decoder.feed("3\r\nabc\r\n", body), 0u);
  EXPECT_EQ(body, "");
}

TEST(ChunkedDecoder, reads_the_biggest_size_that_fits) {
  ChunkedDecoder decoder;
  std::string body;
  EXPECT_TRUE(decoder.feed("FFFFFFFFFFFFFFFF\r\nabc", body));
  EXPECT_EQ(body, "abc");
}

TEST(ChunkedDecoder, bounds_the_size_line) {
  const auto code_of = [](const std::string& bytes) {
    ChunkedDecoder decoder;
    std::string body;
    const Result<std::size_t> result = decoder.feed(bytes, body);
    return result ? ErrorCode::internal : result.error().code;
  };
  const std::string fits(limits::kChunkLineBytes, '0');
  EXPECT_EQ(code_of(fits + "\r\n\r\n"), ErrorCode::internal);
  EXPECT_EQ(code_of(fits + "0\r\n\r\n"), ErrorCode::limit_exceeded);
  EXPECT_EQ(code_of("1;" + fits), ErrorCode::limit_exceeded);
  EXPECT_EQ(code_of("1;a=\"" + fits), ErrorCode::limit_exceeded);
  EXPECT_EQ(code_of("1" + std::string(limits::kChunkLineBytes + 1, ' ')), ErrorCode::limit_exceeded);
  EXPECT_EQ(code_of("0\r\nA: " + std::string(limits::kTrailerBytes, 'x')), ErrorCode::limit_exceeded);
}

TEST(ChunkedDecoder, keeps_no_byte_of_an_idle_stream) { static_assert(sizeof(ChunkedDecoder) <= 80); }

TEST(ChunkedDecoder, reads_every_specimen_alike_however_it_is_cut) {
  const std::vector<testing::Specimen> specimens = testing::corpus(WEIR_SOURCE_DIR "/wire/http/corpus/chunked");
  EXPECT_GE(specimens.size(), 10u);
  for (const testing::Specimen& specimen : specimens) {
    SCOPED_TRACE(specimen.name);
    const Decoded decoded = decode(specimen.bytes);
    EXPECT_LE(decoded.consumed, specimen.bytes.size());
  }
}

TEST(ChunkedEncode, never_ends_the_body_by_accident) {
  EXPECT_EQ(encode_chunk(""), "");
  EXPECT_EQ(encode_chunk("0123456789abcdef!"), "11\r\n0123456789abcdef!\r\n");
  EXPECT_TRUE(decode(kLastChunk).finished);
}

RC_GTEST_PROP(ChunkedProperty, decodes_what_was_encoded, (const std::vector<std::string>& parts)) {
  std::string bytes, body;
  for (const std::string& part : parts) {
    bytes += encode_chunk(part);
    body += part;
  }
  bytes += kLastChunk;
  testing::for_each_split(bytes, [&](testing::Pieces pieces) {
    const Decoded decoded = decode_pieces(pieces);
    RC_ASSERT(decoded.body == body);
    RC_ASSERT(decoded.finished);
    RC_ASSERT(decoded.consumed == bytes.size());
    RC_ASSERT(decoded.notes.empty());
  });
}

}  // namespace
}  // namespace weir::wire
