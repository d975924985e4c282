// Times as nanoseconds: the unit of whatever is measured.
#pragma once

#include <cstdint>

namespace weir::wire {

inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kMillisecond = 1'000'000;

template <class Integer>
constexpr double seconds_of(Integer nanoseconds) {
  return static_cast<double>(nanoseconds) / 1e9;
}

}  // namespace weir::wire
