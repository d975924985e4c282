// The chunked transfer coding, RFC 9112 section 7.1 (https://www.rfc-editor.org/rfc/rfc9112#section-7.1).
// Strict where the RFC is, with a note for what it allows but a deployed endpoint hardly means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/error.hpp"
#include "wire/base/lifetime.hpp"

namespace weir::wire {

/// What a judge of framing wants to know beyond the body. Each `what` is noted once, where it came first.
struct FramingNote {
  std::string what;  ///< "chunk extension", "white space before chunk extension", "padded chunk size", "trailer field".
  std::uint64_t offset = 0;  ///< Into the encoded bytes.
  bool operator==(const FramingNote&) const = default;
};

class ChunkedDecoder {
 public:
  /// Consumes `bytes` and appends the decoded body to `body`. Returns how many bytes were consumed: all of them, unless
  /// the last chunk and its trailer section ended before (then finished() holds and the rest belongs to what follows).
  /// An error is sticky; its byte_offset counts encoded bytes from the start of the body. What was decoded before it is
  /// in `body`.
  Result<std::size_t> feed(std::string_view bytes, std::string& body);

  /// The zero chunk and the blank line after the trailers have been seen.
  bool finished() const { return state_ == State::done; }
  /// Nothing of an unfinished chunk is pending: an end of the connection here cuts *between* chunks.
  bool between_chunks() const { return finished() || (state_ == State::size && line_bytes_ == 0); }
  /// Chunks received whole, without the zero chunk.
  std::uint64_t chunks() const { return chunks_; }
  const std::vector<FramingNote>& notes() const WEIR_LIFETIME_BOUND { return notes_; }

 private:
  enum class State : std::uint8_t {
    size,
    extension,        // White space before the semicolon.
    extension_start,  // After the semicolon.
    extension_name,
    extension_equals,  // White space after the name.
    value_start,
    value_token,
    value_quoted,
    value_escape,
    value_end,  // After the closing quote.
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer,  // At the start of a line of the trailer section.
    trailer_name,
    trailer_value,
    trailer_lf,
    final_lf,
    done,
    failed
  };
  enum Noted : std::uint8_t { kExtension = 1, kSpace = 2, kPadding = 4, kTrailer = 8 };

  void step(char byte);
  void step_size(char byte);
  void step_extension(char byte);
  void step_value(char byte);
  void step_trailer(char byte);
  void end_of_size_line(char byte);
  void expect(char due, char byte, State next, std::string_view where);
  void note(Noted kind, std::string_view what);
  void refuse(ErrorCode code, std::string detail);
  void refuse(char byte, std::string_view due);

  std::uint64_t offset_ = 0;
  std::uint64_t left_ = 0;  // The size while it is read, then the bytes of the chunk still due.
  std::uint64_t chunks_ = 0;
  std::vector<FramingNote> notes_;
  std::shared_ptr<const Error> error_;
  std::uint32_t line_bytes_ = 0;  // Of the chunk-size line, or of the trailer section.
  State state_ = State::size;
  std::uint8_t noted_ = 0;
  bool padded_ = false;
};

/// One chunk; nothing for empty data, which would end the body.
std::string encode_chunk(std::string_view data);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace weir::wire
