#include "wire/http/chunk_scan.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "wire/base/limits.hpp"
#include "wire/testing/corpus.hpp"
#include "wire/testing/for_each_split.hpp"
#include "wire/testing/scans.hpp"

namespace weir::wire {
namespace {

using testing::Pieces;
using testing::Unchunked;

/// What the scan makes of the bytes, after making sure that the decoder makes the same of them, however they are cut.
Unchunked scan(std::string_view bytes) {
  const std::string_view whole[] = {bytes};
  const Unchunked expected = testing::decode_chunks(whole);
  std::size_t different = 0;
  testing::for_each_split(bytes, [&](Pieces pieces) { different += testing::scan_chunks(pieces) == expected ? 0 : 1; });
  EXPECT_EQ(different, 0u) << ::testing::PrintToString(bytes.substr(0, 200));
  return expected;
}

TEST(ChunkScan, agrees_with_the_decoder_on_every_specimen) {
  for (const testing::Specimen& specimen : testing::corpus(WEIR_SOURCE_DIR "/wire/http/corpus/chunked")) {
    SCOPED_TRACE(specimen.name);
    scan(specimen.bytes);
  }
}

TEST(ChunkScan, hands_out_data_where_it_lies) {
  const std::string framed = "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nnext";
  ChunkScan scan;
  std::string_view bytes = framed, piece;
  ASSERT_EQ(scan.next(bytes, piece), ChunkScan::Status::data);
  EXPECT_EQ(piece, "hello");
  EXPECT_EQ(piece.data(), framed.data() + 3);
  ASSERT_EQ(scan.next(bytes, piece), ChunkScan::Status::data);
  EXPECT_EQ(piece, " world");
  EXPECT_EQ(scan.next(bytes, piece), ChunkScan::Status::done);
  EXPECT_EQ(bytes, "next");
  EXPECT_EQ(scan.next(bytes, piece), ChunkScan::Status::done);
  EXPECT_EQ(bytes, "next");
}

TEST(ChunkScan, knows_whether_an_end_cuts_a_chunk) {
  for (const std::string_view cut : {"", "1\r\nx\r\n", "0\r\n\r\n"}) { EXPECT_TRUE(scan(cut).between_chunks) << cut; }
  for (const std::string_view cut :
       {"1", "1;a", "1\r", "1\r\n", "1\r\nx", "1\r\nx\r", "0", "0\r\n", "0\r\n\r", "0\r\nA: b\r\n"}) {
    EXPECT_FALSE(scan(cut).between_chunks) << cut;
  }
}

TEST(ChunkScan, takes_sizes_up_to_64_bits) {
  EXPECT_FALSE(scan("ffffffffffffffff\r\nx").malformed);
  EXPECT_TRUE(scan("10000000000000000\r\nx").malformed);
  EXPECT_FALSE(scan("000000000000000000001\r\nx\r\n").malformed);
}

TEST(ChunkScan, refuses_framing_for_good) {
  ChunkScan scan;
  std::string_view bytes = "x\r\n", piece;
  EXPECT_EQ(scan.next(bytes, piece), ChunkScan::Status::malformed);
  bytes = "1\r\na\r\n";
  EXPECT_EQ(scan.next(bytes, piece), ChunkScan::Status::malformed);
}

TEST(ChunkScan, has_the_limits_of_the_decoder) {
  const std::string digits(limits::kChunkLineBytes - 1, '0');
  for (const std::string& size : {digits + "1", digits + "01", digits + "1;", digits + "1;a"}) {
    const std::string framed[] = {size + "\r\nx\r\n"};
    EXPECT_EQ(testing::scan_chunks(framed), testing::decode_chunks(framed)) << size.size();
  }
  const std::string trailer = "A: " + std::string(limits::kTrailerBytes - 7, 'x');
  for (const std::string_view more : {"", "x", "xx"}) {
    const std::string framed[] = {fmt::format("0\r\n{}{}\r\n\r\n", trailer, more)};
    EXPECT_EQ(testing::scan_chunks(framed), testing::decode_chunks(framed)) << more;
  }
}

std::string any_framing() {
  const auto one_of = [](std::vector<std::string> choices) { return *rc::gen::elementOf(std::move(choices)); };
  std::string framed;
  const int chunks = *rc::gen::inRange(0, 4);
  for (int i = 0; i <= chunks; ++i) {
    const std::string data = i == chunks ? "" : *rc::gen::arbitrary<std::string>();
    framed += one_of({"", "", "0", "0000000"}) + fmt::format("{:x}", data.size());
    framed += one_of({"", "", ";a", ";a=b", ";a=\"q \\\" ;\"", " ;a", "; a = b;c"}) + "\r\n";
    if (!data.empty()) { framed += data + "\r\n"; }
  }
  return framed + one_of({"", "", "X-Sum: 1\r\n", "A:\r\nB: c d\r\n"}) + one_of({"\r\n", "\r\nrest", ""});
}

RC_GTEST_PROP(ChunkScan, agrees_with_the_decoder_on_any_framing, ()) { scan(any_framing()); }

RC_GTEST_PROP(ChunkScan, agrees_with_the_decoder_on_spoilt_framing, ()) {
  std::string bytes = any_framing();
  const int spoilt = *rc::gen::inRange(1, 3);
  for (int i = 0; i < spoilt; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes[at] = *rc::gen::element('\r', '\n', ' ', '0', 'f', ';', '=', '"', '\\', ':', 'x', '\0', '\x7f', '\xe9');
  }
  scan(bytes);
}

}  // namespace
}  // namespace weir::wire
