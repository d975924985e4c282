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

  /// Nothing of an unfinished chunk is pending: an end of the connection here cuts *between* chunks.
  bool between_chunks() const { return state_ == State::done || (state_ == State::size && line_bytes_ == 0); }

 private:
  // As in ChunkedDecoder.
  enum class State : std::uint8_t {
    size,
    extension,
    extension_start,
    extension_name,
    extension_equals,
    value_start,
    value_token,
    value_quoted,
    value_escape,
    value_end,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer,
    trailer_name,
    trailer_value,
    trailer_lf,
    final_lf,
    done,
    failed
  };

  bool take_plain_size(std::string_view& bytes);
  State after(char byte);
  State after_size(char byte);
  State after_extension(char byte) const;
  State after_value(char byte) const;
  State after_trailer(char byte) const;
  State end_of_size_line(char byte) const;

  std::uint64_t left_ = 0;  // The size while it is read, then the bytes of the chunk still due.
  std::uint32_t line_bytes_ = 0;
  State state_ = State::size;
};
static_assert(sizeof(ChunkScan) == 16);

}  // namespace weir::wire
