// A response means the same however its bytes are cut, and nothing that a peer sends grows beyond its bound.
#include "wire/http/response_decoder.hpp"
#include "wire/testing/fuzz.hpp"

namespace {

using namespace weir::wire;
using testing::require;

constexpr std::size_t kMaxBodyBytes = 64 * 1024;

Exchange decode(std::string_view bytes, std::size_t cut) {
  Exchange exchange;
  ResponseDecoder decoder(exchange, "GET", kMaxBodyBytes);
  for (const auto piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
    if (!piece.empty() && !decoder.ended() && !decoder.feed(piece, 0)) { return exchange; }
  }
  (void)decoder.end_of_connection(StreamEnd::fin, 0);
  return exchange;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = testing::view(data, size);
  const auto whole = decode(bytes, 0);
  const auto split = decode(bytes, testing::cut_of(bytes));
  require(whole.head.raw == split.head.raw);
  require(whole.body == split.body);
  require(whole.end == split.end);
  require(whole.items.size() == split.items.size());
  require(whole.body.size() <= kMaxBodyBytes);
  return 0;
}
