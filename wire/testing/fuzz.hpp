// What the fuzzers share. An invariant that does not hold traps, which libFuzzer reports with the input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::wire::testing {

inline void require(bool holds) {
  if (!holds) { __builtin_trap(); }
}

inline std::string_view view(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Where to cut the input: its last byte says so, which leaves every specimen of the corpus as it is.
inline std::size_t cut_of(std::string_view bytes) {
  return bytes.empty() ? 0 : static_cast<unsigned char>(bytes.back()) % (bytes.size() + 1);
}

}  // namespace weir::wire::testing
