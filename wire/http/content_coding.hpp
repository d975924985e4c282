// Content codings (RFC 9110 section 8.4) undone as bytes come, so that events inside a compressed stream are seen when
// they arrive and not when a block is full.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/error.hpp"

namespace weir::wire {

class ContentDecoder {
 public:
  /// `content_encoding`: the header's value, codings in the order in which they were applied. Unknown ones make the
  /// decoder hand bytes on as they are, see unknown().
  explicit ContentDecoder(std::string_view content_encoding = {});
  ContentDecoder(ContentDecoder&&) noexcept;
  ContentDecoder& operator=(ContentDecoder&&) noexcept;
  ~ContentDecoder();

  /// Decodes and appends to `out`, which never grows beyond `max_size` bytes: reaching it, or limits::kInflateRatio, is
  /// limit_exceeded; bytes that do not decode are malformed_framing. What was decoded before stays in `out`.
  Result<void> feed(std::string_view bytes, std::string& out, std::size_t max_size);

  /// Whether every coding has reached its own end, as far as it has one.
  bool complete() const;
  /// Nothing is coded: feed() only copies.
  bool identity() const { return stages_.empty(); }
  /// A coding that is not known (and therefore not undone); "" where there is none.
  const std::string& unknown() const { return unknown_; }
  /// Peculiarities, such as `deflate` without its zlib wrapper.
  const std::vector<std::string>& notes() const { return notes_; }

  struct Stage;

 private:
  Result<void> run(std::size_t index, std::string_view bytes, std::string& out, std::size_t max_size);

  std::vector<std::unique_ptr<Stage>> stages_;
  std::string unknown_;
  std::vector<std::string> notes_;
  std::uint64_t bytes_in_ = 0;
  std::uint64_t bytes_made_ = 0;
};

}  // namespace weir::wire
