// The chunked transfer coding, RFC 9112 section 7.1 (https://www.rfc-editor.org/rfc/rfc9112#section-7.1).
// Strict where the RFC is, with a note for what it allows but a deployed endpoint hardly means.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/error.hpp"

namespace weir::wire {

/// What a judge of framing wants to know beyond the body.
struct FramingNote {
  std::string what;          ///< "chunk extension", "bare LF after chunk size", "trailer field", ...
  std::uint64_t offset = 0;  ///< Into the encoded bytes.
};

class ChunkedDecoder {
 public:
  /// Consumes `bytes` and appends the decoded body to `body`. Returns how many bytes were consumed: all of them, unless
  /// the last chunk and its trailer section ended before (then finished() holds and the rest belongs to what follows).
  /// An error is sticky; its byte_offset counts encoded bytes from the start of the body.
  Result<std::size_t> feed(std::string_view bytes, std::string& body);

  /// The zero chunk and the blank line after the trailers have been seen.
  bool finished() const { return state_ == State::done; }
  /// Nothing of an unfinished chunk is pending: an end of the connection here cuts *between* chunks.
  bool between_chunks() const;
  std::uint64_t chunks() const { return chunks_; }
  const std::vector<FramingNote>& notes() const { return notes_; }

 private:
  enum class State : std::uint8_t {
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer,
    trailer_lf,
    done,
    failed
  };
  State state_ = State::size;
  std::uint64_t chunks_ = 0;
  std::vector<FramingNote> notes_;
};

}  // namespace weir::wire
