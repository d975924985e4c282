#include "wire/http/content_coding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/base/limits.hpp"
#include "wire/testing/compress.hpp"

namespace weir::wire {
namespace {

using testing::Deflater;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Wrapper;

constexpr std::string_view kOne = "data: one\n\n";
constexpr std::string_view kTwo = "data: two\n\n";
constexpr std::string_view kBoth = "data: one\n\ndata: two\n\n";

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

// The two events above, each flushed, and the end of the stream; made with Node's zlib module.
const std::string kBrotliOne = from_hex("0b0580646174613a206f6e650a0a");
const std::string kBrotliTwo = from_hex("500000405ae18dee4e11a24a04b66000");
const std::string kBrotliEnd = from_hex("03");
// Eight mebibytes of zeros.
const std::string kBrotliBomb = from_hex("9bffff7ff82700e2b14020f7fe0f");

struct Specimen {
  std::string coding;
  std::vector<std::string> pieces;  ///< kOne, kTwo and the end, each flushed.
};

Specimen deflated(std::string coding, Wrapper wrapper) {
  Deflater deflater(wrapper);
  Specimen specimen{std::move(coding), {}};
  specimen.pieces.push_back(deflater.write(kOne));
  specimen.pieces.push_back(deflater.write(kTwo));
  specimen.pieces.push_back(deflater.finish());
  return specimen;
}

std::vector<Specimen> specimens() {
  std::vector<Specimen> all;
  all.push_back(deflated("gzip", Wrapper::gzip));
  all.push_back(deflated("x-gzip", Wrapper::gzip));
  all.push_back(deflated("deflate", Wrapper::zlib));
  all.push_back(deflated("Deflate", Wrapper::none));
  all.push_back({"br", {kBrotliOne, kBrotliTwo, kBrotliEnd}});
  return all;
}

TEST(ContentDecoder, hands_out_each_event_as_it_is_flushed) {
  for (const auto& specimen : specimens()) {
    ContentDecoder decoder(specimen.coding);
    std::string out;
    ASSERT_TRUE(decoder.feed(specimen.pieces[0], out, limits::kBodyBytes));
    EXPECT_EQ(out, kOne) << specimen.coding;
    ASSERT_TRUE(decoder.feed(specimen.pieces[1], out, limits::kBodyBytes));
    EXPECT_EQ(out, kBoth) << specimen.coding;
    EXPECT_FALSE(decoder.complete()) << specimen.coding;
    ASSERT_TRUE(decoder.feed(specimen.pieces[2], out, limits::kBodyBytes));
    EXPECT_TRUE(decoder.complete()) << specimen.coding;
  }
}

TEST(ContentDecoder, takes_one_byte_at_a_time) {
  for (const auto& specimen : specimens()) {
    ContentDecoder decoder(specimen.coding);
    std::string out;
    for (const auto& piece : specimen.pieces) {
      for (const char c : piece) { ASSERT_TRUE(decoder.feed({&c, 1}, out, limits::kBodyBytes)) << specimen.coding; }
    }
    EXPECT_EQ(out, kBoth) << specimen.coding;
    EXPECT_TRUE(decoder.complete()) << specimen.coding;
  }
}

TEST(ContentDecoder, names_a_deflate_without_its_wrapper) {
  ContentDecoder decoder("deflate");
  std::string out;
  ASSERT_TRUE(decoder.feed(Deflater(Wrapper::none).finish("hello"), out, 100));
  EXPECT_EQ(out, "hello");
  EXPECT_THAT(decoder.notes(), ElementsAre(HasSubstr("without its zlib wrapper")));
  ContentDecoder wrapped("deflate");
  ASSERT_TRUE(wrapped.feed(Deflater(Wrapper::zlib).finish("hello"), out, 100));
  EXPECT_THAT(wrapped.notes(), IsEmpty());
}

TEST(ContentDecoder, undoes_several_codings_last_first) {
  const std::string once = Deflater(Wrapper::zlib).finish("hello");
  const std::string twice = Deflater(Wrapper::gzip).finish(once);
  ContentDecoder decoder("deflate, gzip");
  std::string out;
  ASSERT_TRUE(decoder.feed(twice, out, 100));
  EXPECT_EQ(out, "hello");
  EXPECT_TRUE(decoder.complete());
}

TEST(ContentDecoder, reads_gzip_members_one_after_another) {
  ContentDecoder decoder("gzip");
  std::string out;
  ASSERT_TRUE(decoder.feed(Deflater(Wrapper::gzip).finish("one ") + Deflater(Wrapper::gzip).finish("two"), out, 100));
  EXPECT_EQ(out, "one two");
}

TEST(ContentDecoder, hands_on_what_is_not_coded) {
  for (const char* coding : {"", "identity", " identity , "}) {
    ContentDecoder decoder(coding);
    std::string out;
    ASSERT_TRUE(decoder.feed("abc", out, 100));
    EXPECT_EQ(out, "abc");
    EXPECT_TRUE(decoder.identity() && decoder.complete());
    EXPECT_EQ(decoder.unknown(), "");
  }
}

TEST(ContentDecoder, names_a_coding_that_it_does_not_know) {
  ContentDecoder decoder("gzip, zstd");
  std::string out;
  ASSERT_TRUE(decoder.feed("abc", out, 100));
  EXPECT_EQ(out, "abc");
  EXPECT_EQ(decoder.unknown(), "zstd");
  EXPECT_NE(ContentDecoder("gzip,gzip,gzip,gzip,gzip").unknown(), "");
}

TEST(ContentDecoder, refuses_damaged_bytes_and_keeps_what_was_decoded) {
  for (const auto& specimen : specimens()) {
    ContentDecoder decoder(specimen.coding);
    std::string out;
    ASSERT_TRUE(decoder.feed(specimen.pieces[0], out, 100));
    const auto damaged = decoder.feed(std::string(64, '\xff'), out, 1000);
    ASSERT_FALSE(damaged) << specimen.coding;
    EXPECT_EQ(damaged.error().code, ErrorCode::malformed_framing) << specimen.coding;
    EXPECT_EQ(out.substr(0, kOne.size()), kOne) << specimen.coding;
  }
}

TEST(ContentDecoder, refuses_bytes_after_the_end) {
  for (const auto& specimen : specimens()) {
    ContentDecoder decoder(specimen.coding);
    std::string out;
    for (const auto& piece : specimen.pieces) { ASSERT_TRUE(decoder.feed(piece, out, 100)); }
    EXPECT_FALSE(decoder.feed("more", out, 100)) << specimen.coding;
  }
}

TEST(ContentDecoder, stops_at_the_size_allowed) {
  ContentDecoder decoder("gzip");
  std::string out;
  const auto stopped = decoder.feed(Deflater(Wrapper::gzip).finish(std::string(1000, 'x')), out, 10);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::limit_exceeded);
  EXPECT_EQ(out, std::string(10, 'x'));
}

TEST(ContentDecoder, stops_bombs) {
  const std::string zeros(8 * 1024 * 1024, '\0');
  const std::string gzip = Deflater(Wrapper::gzip).finish(zeros);
  std::map<std::string, std::string> bombs;
  bombs["gzip"] = gzip;
  bombs["br"] = kBrotliBomb;
  bombs["gzip, gzip"] = Deflater(Wrapper::gzip).finish(gzip);
  for (const auto& [coding, bomb] : bombs) {
    ContentDecoder decoder(coding);
    std::string out;
    const auto stopped = decoder.feed(bomb, out, limits::kBodyBytes);
    ASSERT_FALSE(stopped) << coding;
    EXPECT_EQ(stopped.error().code, ErrorCode::limit_exceeded) << coding;
    EXPECT_LE(out.size(), 2U * 1024 * 1024) << coding;
  }
}

TEST(ContentDecoder, stops_a_bomb_that_makes_nothing_in_the_end) {
  // Half a million empty gzip members, which compress well but decode to nothing.
  const std::string empty = Deflater(Wrapper::gzip).finish();
  std::string members;
  for (int i = 0; i < 500'000; ++i) { members += empty; }
  ContentDecoder decoder("gzip, gzip");
  std::string out;
  const auto stopped = decoder.feed(Deflater(Wrapper::gzip).finish(members), out, limits::kBodyBytes);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace weir::wire
