// A response head from bytes that come in pieces: Beast judges the grammar, the bytes and the order of the wire are
// kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/base/lifetime.hpp"
#include "wire/http/http.hpp"

namespace weir::wire {

class ResponseHeadReader {
 public:
  /// Takes the bytes of the head and leaves what follows it: returns how many were taken. `head()` is there once the
  /// blank line has come. An error (malformed_head, limit_exceeded) is final.
  Result<std::size_t> feed(std::string_view bytes);
  const std::optional<ResponseHead>& head() const WEIR_LIFETIME_BOUND { return head_; }
  /// The head that is there, without a copy; the reader has none afterwards.
  ResponseHead take_head();
  /// Ready for another head; what had been allocated is kept.
  void clear();
  /// What has come of a head that is not whole.
  const std::string& pending() const WEIR_LIFETIME_BOUND { return pending_; }

 private:
  std::string pending_;
  std::size_t scanned_ = 0;
  std::optional<ResponseHead> head_;
};

}  // namespace weir::wire
