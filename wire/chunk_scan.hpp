// The chunked transfer coding (RFC 9112 section 7.1) for streams held by the thousand: sixteen bytes of state, no copy,
// no allocation, no diagnosis. It accepts what ChunkedDecoder accepts and refuses what it refuses; that one says why.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::wire {

class ChunkScan {
 public:
  enum class Status : std::uint8_t { more, data, done, malformed };

  /// Takes framing off the front of `bytes` up to the next piece of data. `data`: `piece` is that data, a view into
  /// `bytes`, which now begins after it. `more`: all bytes were taken. `done`: the last chunk and its trailers ended,
  /// `bytes` begins after them. `malformed` is sticky.
  Status next(std::string_view& bytes, std::string_view& piece);

  /// Nothing of an unfinished chunk is pending.
  bool between_chunks() const;

 private:
  std::uint64_t left_ = 0;
  std::uint32_t line_bytes_ = 0;
  std::uint8_t state_ = 0;
  std::uint8_t digits_ = 0;
};
static_assert(sizeof(ChunkScan) == 16);

}  // namespace weir::wire
