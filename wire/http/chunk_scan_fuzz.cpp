// The scan against the decoder: the same body and the same end of the same bytes, however they are cut.
#include <array>

#include "wire/testing/fuzz.hpp"
#include "wire/testing/scans.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::wire;
  const std::string_view bytes = testing::view(data, size);
  const std::size_t cut = testing::cut_of(bytes);
  const std::array whole{bytes};
  const std::array halves{bytes.substr(0, cut), bytes.substr(cut)};
  const testing::Unchunked expected = testing::decode_chunks(whole);
  testing::require(testing::scan_chunks(whole) == expected);
  testing::require(testing::scan_chunks(halves) == expected);
  std::vector<std::string_view> single;
  for (const char& byte : bytes) { single.emplace_back(&byte, 1); }
  testing::require(testing::scan_chunks(single) ==
                   (single.empty() ? testing::Unchunked{.between_chunks = true} : expected));
  return 0;
}
