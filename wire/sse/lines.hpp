// What both readers of streams go by: lines (WHATWG HTML section 9.2.6).
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir::wire {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
inline constexpr std::uint64_t kLongestRetryMs = std::uint64_t{1} << 53;  ///< Beyond it a JavaScript number is inexact.

/// Finds line ends in one buffer. Each byte is looked at twice at most, however LF and CR are mixed.
class LineEnds {
 public:
  explicit LineEnds(std::string_view bytes) : bytes_(bytes), lf_(find('\n', 0)), cr_(find('\r', 0)) {}
  /// The first LF or CR from `at` on, or the size of the buffer. `at` never goes back.
  std::size_t next(std::size_t at) {
    if (lf_ < at) { lf_ = find('\n', at); }
    if (cr_ < at) { cr_ = find('\r', at); }
    return std::min(lf_, cr_);
  }

 private:
  std::size_t find(char c, std::size_t at) const {
    if (at >= bytes_.size()) { return bytes_.size(); }
    const void* found = std::memchr(bytes_.data() + at, c, bytes_.size() - at);
    return found == nullptr ? bytes_.size() : static_cast<std::size_t>(static_cast<const char*>(found) - bytes_.data());
  }
  std::string_view bytes_;
  std::size_t lf_, cr_;
};

}  // namespace weir::wire
