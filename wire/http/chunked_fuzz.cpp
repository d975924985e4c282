#include "wire/http/chunked.hpp"
#include "wire/testing/fuzz.hpp"

namespace weir::wire {
namespace {

struct Decoded {
  std::string body;
  std::size_t consumed = 0;
  bool finished = false;
  bool between_chunks = false;
  std::uint64_t chunks = 0;
  std::vector<FramingNote> notes;
  bool failed = false;
  std::uint64_t error_offset = 0;
  bool operator==(const Decoded&) const = default;
};

class Run {
 public:
  void feed(std::string_view piece) {
    const Result<std::size_t> consumed = decoder_.feed(piece, decoded_.body);
    decoded_.consumed += consumed ? *consumed : 0;
    if (consumed) { return; }
    decoded_.failed = true;
    decoded_.error_offset = consumed.error().byte_offset;
  }
  Decoded done() {
    decoded_.finished = decoder_.finished();
    decoded_.between_chunks = decoder_.between_chunks();
    decoded_.chunks = decoder_.chunks();
    decoded_.notes = decoder_.notes();
    if (decoded_.failed) { decoded_.consumed = 0; }
    return std::move(decoded_);
  }

 private:
  ChunkedDecoder decoder_;
  Decoded decoded_;
};

}  // namespace
}  // namespace weir::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::wire;
  const std::string_view bytes = testing::view(data, size);
  const std::size_t cut = testing::cut_of(bytes);
  Run in_one, in_two, bytewise;
  in_one.feed(bytes);
  in_two.feed(bytes.substr(0, cut));
  in_two.feed(bytes.substr(cut));
  for (const char& byte : bytes) { bytewise.feed({&byte, 1}); }
  const Decoded whole = in_one.done();
  testing::require(in_two.done() == whole);
  testing::require(bytewise.done() == whole);
  testing::require(whole.body.size() < size || size == 0);
  testing::require(whole.notes.size() <= 4);
  testing::require(!(whole.failed && whole.finished));
  testing::require(whole.failed ? whole.error_offset < size : whole.finished || whole.consumed == size);
  return 0;
}
