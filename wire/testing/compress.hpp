// Encoders for tests. Brotli's encoder is not a dependency, so its bytes are specimens.
#pragma once

#include <zlib.h>

#include <string>
#include <string_view>

namespace weir::wire::testing {

enum class Wrapper { gzip, zlib, none };

/// One compressor; each write() ends with a sync flush, so that its bytes can be decoded at once.
class Deflater {
 public:
  explicit Deflater(Wrapper wrapper) {
    const int bits = wrapper == Wrapper::gzip ? MAX_WBITS + 16 : wrapper == Wrapper::zlib ? MAX_WBITS : -MAX_WBITS;
    deflateInit2(&stream_, Z_BEST_COMPRESSION, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY);
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater() { deflateEnd(&stream_); }

  std::string write(std::string_view bytes) { return run(bytes, Z_SYNC_FLUSH); }
  std::string finish(std::string_view bytes = {}) { return run(bytes, Z_FINISH); }

 private:
  std::string run(std::string_view bytes, int flush) {
    std::string input(bytes);
    std::string out;
    stream_.next_in = reinterpret_cast<Bytef*>(input.data());
    stream_.avail_in = static_cast<uInt>(input.size());
    do {
      char block[4096];
      stream_.next_out = reinterpret_cast<Bytef*>(block);
      stream_.avail_out = sizeof(block);
      deflate(&stream_, flush);
      out.append(block, sizeof(block) - stream_.avail_out);
    } while (stream_.avail_out == 0);
    return out;
  }

  z_stream stream_{};
};

}  // namespace weir::wire::testing
