#include "wire/base/bytes.hpp"

#include <array>

namespace weir::wire {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) { value = (value >> 1) ^ ((value & 1) != 0 ? 0x82F63B78U : 0U); }
    table[byte] = value;
  }
  return table;
}
constexpr auto kTable = make_table();

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t sum = ~0U;
  for (const char byte : bytes) { sum = (sum >> 8) ^ kTable[(sum ^ static_cast<unsigned char>(byte)) & 0xFF]; }
  return ~sum;
}

}  // namespace weir::wire
