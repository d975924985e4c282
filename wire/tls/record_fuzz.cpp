// Whatever a peer that holds the keys sends, and whatever one sends that does not: records mean the same however their
// bytes are cut, and nothing is written beyond what was read. The input is a list of records to seal: a type, a length,
// content; a type of 0xff takes the rest as raw bytes.
#include <string>

#include "wire/testing/fuzz.hpp"
#include "wire/tls/record.hpp"

namespace {

using namespace weir::wire::tls;
using weir::wire::testing::require;

constexpr char kRaw = '\xff';

std::string sealed(RecordCodec& codec, RecordKeys peer, std::string_view script) {
  std::string bytes;
  while (script.size() >= 2) {
    if (script[0] == kRaw) { return bytes.append(script.substr(1)); }
    const auto content = script.substr(2, static_cast<unsigned char>(script[1]));
    std::string record(content.size() + kRecordOverheadBytes, '\0');
    const auto size = codec.encode(peer, static_cast<RecordType>(script[0]), content, record.data());
    bytes.append(record, 0, size);
    script.remove_prefix(2 + content.size());
  }
  return bytes;
}

struct Meaning {
  std::string plain;
  RecordCodec::Decoded::What what = RecordCodec::Decoded::What::more;
  bool update_requested = false;
  bool operator==(const Meaning&) const = default;
};

Meaning decode(RecordCodec& codec, RecordKeys keys, std::string_view bytes, std::size_t cut) {
  Meaning meaning;
  std::size_t taken = 0;
  for (const std::size_t end : {cut, bytes.size()}) {
    const auto piece = bytes.substr(taken, end - taken);
    std::string out(piece.size(), '\0');
    const auto decoded = codec.decode(keys, piece, out.data());
    require(decoded.taken <= piece.size() && decoded.filled <= decoded.taken);
    require(keys.message_header_bytes <= 4);
    meaning.plain.append(out, 0, decoded.filled);
    meaning.update_requested = meaning.update_requested || decoded.update_requested;
    taken += decoded.taken;
    meaning.what = decoded.what;
    if (decoded.what != RecordCodec::Decoded::What::more) { break; }
  }
  return meaning;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static RecordCodec codec;
  const auto script = weir::wire::testing::view(data, size);
  for (const auto suite : {RecordSuite::aes_128_gcm, RecordSuite::chacha20_poly1305}) {
    TrafficSecret ours{}, theirs{};
    ours.fill(1);
    theirs.fill(2);
    const auto keys = make_record_keys(suite, theirs, ours, 0, 0);
    const auto bytes = sealed(codec, make_record_keys(suite, ours, theirs, 0, 0), script);
    const auto cut = std::min(bytes.size(), weir::wire::testing::cut_of(script) * 7 % (bytes.size() + 1));
    require(decode(codec, keys, bytes, 0) == decode(codec, keys, bytes, cut));
  }
  return 0;
}
