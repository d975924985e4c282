#include "loadgen/stream/sequence.hpp"

#include <algorithm>
#include <bit>

namespace weir::loadgen {
namespace {

constexpr std::uint64_t kAll = (std::uint64_t{1} << Sequence::kWindow) - 1;

}  // namespace

Sequence Sequence::resumed(std::int64_t last) {
  Sequence sequence;
  sequence.highest_ = last;
  sequence.known_ = kWindow;
  return sequence;
}

std::uint64_t Sequence::missing_within_known(std::uint64_t missing) const {
  return static_cast<std::uint64_t>(std::popcount(missing & ((std::uint64_t{1} << known_) - 1)));
}

Sequence::Verdict Sequence::see(std::int64_t number) {
  if (highest_ == INT64_MIN) {
    highest_ = number;
    missing_ = kAll;
    known_ = 0;
    return {};
  }
  if (number <= highest_) {
    const std::uint64_t below = static_cast<std::uint64_t>(highest_) - static_cast<std::uint64_t>(number);
    const std::uint64_t bit = below == 0 || below > kWindow ? 0 : std::uint64_t{1} << (below - 1);
    if ((missing_ & bit) == 0) { return {.repeated = true}; }
    missing_ &= kAll & ~bit;
    return {.out_of_order = true};
  }
  const std::uint64_t ahead = static_cast<std::uint64_t>(number) - static_cast<std::uint64_t>(highest_);
  Verdict verdict;
  if (ahead > kWindow) {
    // All of the window is settled, and those of the numbers just jumped over that it has no room for.
    verdict.lost = missing_within_known(missing_) + (ahead - 1 - kWindow);
    missing_ = kAll;
  } else {
    const std::uint64_t staying = kAll >> ahead;
    verdict.lost = missing_within_known(missing_ & ~staying);
    // Bit ahead-1 is the highest so far, which came; the bits below it are the numbers that were jumped over.
    missing_ = kAll & ((missing_ & staying) << ahead | ((std::uint64_t{1} << (ahead - 1)) - 1));
  }
  highest_ = number;
  known_ = static_cast<std::uint8_t>(std::min(kWindow, known_ + std::min(ahead, kWindow)));
  return verdict;
}

std::uint64_t Sequence::settle() {
  const std::uint64_t lost = missing_within_known(missing_);
  if (highest_ != INT64_MIN) { *this = resumed(highest_); }
  return lost;
}

}  // namespace weir::loadgen
