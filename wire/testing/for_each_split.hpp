// What every incremental decoder has to survive: the same bytes, cut anywhere.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace weir::wire::testing {

using Pieces = std::span<const std::string_view>;

inline constexpr std::size_t kPairwiseBytes = 64;  ///< Up to this size every pair of cuts is tried.

/// Calls `use` with the pieces of `bytes`: whole, cut at every one position (the ends included: pieces may be empty),
/// cut at every two positions where there are at most kPairwiseBytes, and byte by byte.
template <class Use>
void for_each_split(std::string_view bytes, const Use& use) {
  const auto call = [&](const std::vector<std::string_view>& pieces) { use(Pieces(pieces)); };
  call({bytes});
  for (std::size_t i = 0; i <= bytes.size(); ++i) {
    call({bytes.substr(0, i), bytes.substr(i)});
    if (bytes.size() > kPairwiseBytes) { continue; }
    for (std::size_t j = i; j <= bytes.size(); ++j) {
      call({bytes.substr(0, i), bytes.substr(i, j - i), bytes.substr(j)});
    }
  }
  std::vector<std::string_view> single;
  single.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) { single.push_back(bytes.substr(i, 1)); }
  call(single);
}

}  // namespace weir::wire::testing
