// The scan against the decoder: the same events, comments and retries of the same bytes, however they are cut.
#include <array>

#include "wire/testing/fuzz.hpp"
#include "wire/testing/scans.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::wire;
  const std::string_view bytes = testing::view(data, size);
  const std::size_t cut = testing::cut_of(bytes);
  const std::array whole{bytes};
  const std::array halves{bytes.substr(0, cut), bytes.substr(cut)};
  std::vector<std::string_view> single;
  for (const char& byte : bytes) { single.emplace_back(&byte, 1); }
  const testing::Heard expected = testing::decode_events(whole);
  SseCarries carries;
  testing::require(testing::scan_events(whole, carries) == expected);
  testing::require(testing::scan_events(halves, carries) == expected);
  testing::require(testing::scan_events(single, carries) == expected);
  testing::require(carries.lent() == 0);
  return 0;
}
