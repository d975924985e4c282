#include <algorithm>

#include "wire/base/limits.hpp"
#include "wire/base/utf8.hpp"
#include "wire/sse/sse.hpp"
#include "wire/testing/fuzz.hpp"

namespace weir::wire {
namespace {

using testing::require;

struct Decoded {
  std::vector<SseItem> items;
  std::string last_event_id;
  std::uint64_t offset = 0;
  std::size_t pending_bytes = 0;
  bool operator==(const Decoded&) const = default;
};

template <class... Pieces>
Decoded decode(const Pieces&... pieces) {
  SseDecoder decoder;
  Decoded decoded;
  (decoder.feed(pieces, decoded.items), ...);
  decoder.finish(decoded.items);
  decoded.last_event_id = decoder.last_event_id();
  decoded.offset = decoder.offset();
  decoded.pending_bytes = decoder.pending_bytes();
  return decoded;
}

Decoded decode_bytewise(std::string_view bytes) {
  SseDecoder decoder;
  Decoded decoded;
  for (const char& byte : bytes) { decoder.feed({&byte, 1}, decoded.items); }
  decoder.finish(decoded.items);
  decoded.last_event_id = decoder.last_event_id();
  decoded.offset = decoder.offset();
  decoded.pending_bytes = decoder.pending_bytes();
  return decoded;
}

void check_event(const SseEvent& event, std::size_t size) {
  require(event.begin < event.end && event.end <= size);
  require(!find_invalid_utf8(event.data) && !find_invalid_utf8(event.type));
  require(event.data.find('\r') == std::string::npos && !event.type.empty());
  SseEvent alone = event;
  if (!alone.has_id) { alone.last_event_id.clear(); }
  alone.begin = 0;
  const std::string encoded = encode(alone);
  alone.end = encoded.size();
  require(decode(std::string_view(encoded)).items == std::vector<SseItem>{alone});
}

}  // namespace
}  // namespace weir::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::wire;
  const std::string_view bytes = testing::view(data, size);
  const std::size_t cut = testing::cut_of(bytes);
  const Decoded whole = decode(bytes);
  testing::require(whole.offset == size && whole.pending_bytes == 0);
  testing::require(decode(bytes.substr(0, cut), bytes.substr(cut)) == whole);
  testing::require(decode_bytewise(bytes) == whole);
  std::size_t oddities = 0;
  for (const SseItem& item : whole.items) {
    if (const SseEvent* event = std::get_if<SseEvent>(&item)) { check_event(*event, size); }
    if (const SseOddity* oddity = std::get_if<SseOddity>(&item)) {
      ++oddities;
      testing::require(oddity->excerpt.size() <= 80 && !find_invalid_utf8(oddity->excerpt));
    }
  }
  testing::require(oddities <= limits::kSseOddities);
  return 0;
}
