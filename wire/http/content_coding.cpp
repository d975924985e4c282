#include "wire/http/content_coding.hpp"

#include <brotli/decode.h>
#include <fmt/format.h>
#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>

#include "wire/base/limits.hpp"
#include "wire/http/http.hpp"
#include "wire/json/json.hpp"

namespace weir::wire {

namespace {

constexpr std::size_t kBlockBytes = 16 * 1024;
constexpr std::uint64_t kRatioFreeBytes = 1024 * 1024;
constexpr std::size_t kMaxCodings = 4;

using Sink = std::function<Result<void>(std::string_view)>;

std::vector<std::string> codings_of(std::string_view header) {
  std::vector<std::string> codings;
  while (!header.empty()) {
    const auto comma = std::min(header.find(','), header.size());
    auto coding = media_type(header.substr(0, comma));
    if (!coding.empty() && coding != "identity") { codings.push_back(std::move(coding)); }
    header.remove_prefix(std::min(comma + 1, header.size()));
  }
  return codings;
}

}  // namespace

struct ContentDecoder::Stage {
  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  virtual ~Stage() = default;
  virtual Result<void> feed(std::string_view bytes, const Sink& sink) = 0;
  virtual bool complete() const = 0;
  std::string note;  ///< Taken by the decoder.
};

namespace {

/// gzip (RFC 1952, several members too) and deflate (RFC 1950, or by mistake bare RFC 1951).
class Inflate final : public ContentDecoder::Stage {
 public:
  explicit Inflate(bool gzip) : gzip_(gzip) {
    constexpr int kGzipWrapper = 16;
    inflateInit2(&stream_, MAX_WBITS + (gzip ? kGzipWrapper : 0));
  }
  ~Inflate() override { inflateEnd(&stream_); }

  bool complete() const override { return ended_ || (stream_.total_in == 0 && !started_); }

  Result<void> feed(std::string_view bytes, const Sink& sink) override {
    std::string sniffed;
    if (!gzip_ && !started_) {
      // The two bytes of a zlib header tell it apart from the bare deflate that some servers send.
      prefix_ += bytes;
      if (prefix_.size() < 2) { return {}; }
      sniffed = std::move(prefix_);
      prefix_.clear();
      bytes = sniffed;
      choose_wrapper(static_cast<unsigned char>(bytes[0]), static_cast<unsigned char>(bytes[1]));
    }
    started_ = started_ || !bytes.empty();
    return inflate_all(bytes, sink);
  }

 private:
  void choose_wrapper(unsigned first, unsigned second) {
    const bool zlib = (first & 0x0fU) == Z_DEFLATED && (first * 256 + second) % 31 == 0;
    if (!zlib) {
      inflateReset2(&stream_, -MAX_WBITS);
      note = "content coding 'deflate' without its zlib wrapper (RFC 9110 section 8.4.1.2)";
    }
  }

  Result<void> inflate_all(std::string_view bytes, const Sink& sink) {
    std::array<char, kBlockBytes> block;
    stream_.next_in = reinterpret_cast<const Bytef*>(bytes.data());
    stream_.avail_in = static_cast<uInt>(bytes.size());
    for (;;) {
      if (ended_) {
        if (stream_.avail_in == 0) { return {}; }
        if (!gzip_) {
          return fail(ErrorCode::malformed_framing, "bytes follow the end of the content coding 'deflate'");
        }
        inflateReset(&stream_);
        ended_ = false;
      }
      stream_.next_out = reinterpret_cast<Bytef*>(block.data());
      stream_.avail_out = static_cast<uInt>(block.size());
      const int status = ::inflate(&stream_, Z_SYNC_FLUSH);
      const std::size_t produced = block.size() - stream_.avail_out;
      if (produced > 0) {
        if (auto sunk = sink({block.data(), produced}); !sunk) { return sunk; }
      }
      ended_ = status == Z_STREAM_END;
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
        return fail(ErrorCode::malformed_framing,
                    fmt::format("the content coding '{}' does not decode: {}", gzip_ ? "gzip" : "deflate",
                                stream_.msg ? stream_.msg : "damaged"));
      }
      if (!ended_ && (status == Z_BUF_ERROR || (stream_.avail_in == 0 && stream_.avail_out > 0))) { return {}; }
    }
  }

  bool gzip_;
  bool started_ = false;
  bool ended_ = false;
  std::string prefix_;
  z_stream stream_{};
};

class Brotli final : public ContentDecoder::Stage {
 public:
  Brotli() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), BrotliDecoderDestroyInstance) {}

  bool complete() const override { return !started_ || BrotliDecoderIsFinished(state_.get()); }

  Result<void> feed(std::string_view bytes, const Sink& sink) override {
    started_ = started_ || !bytes.empty();
    std::array<std::uint8_t, kBlockBytes> block;
    auto next_in = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t available_in = bytes.size();
    for (;;) {
      std::uint8_t* next_out = block.data();
      std::size_t available_out = block.size();
      const auto status =
          BrotliDecoderDecompressStream(state_.get(), &available_in, &next_in, &available_out, &next_out, nullptr);
      const std::size_t produced = block.size() - available_out;
      if (produced > 0) {
        if (auto sunk = sink({reinterpret_cast<const char*>(block.data()), produced}); !sunk) { return sunk; }
      }
      if (status == BROTLI_DECODER_RESULT_ERROR) {
        return fail(ErrorCode::malformed_framing,
                    fmt::format("the content coding 'br' does not decode: {}",
                                BrotliDecoderErrorString(BrotliDecoderGetErrorCode(state_.get()))));
      }
      if (status == BROTLI_DECODER_RESULT_SUCCESS && available_in > 0) {
        return fail(ErrorCode::malformed_framing, "bytes follow the end of the content coding 'br'");
      }
      if (status != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) { return {}; }
    }
  }

 private:
  bool started_ = false;
  std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> state_;
};

std::unique_ptr<ContentDecoder::Stage> make_stage(std::string_view coding) {
  if (coding == "gzip" || coding == "x-gzip") { return std::make_unique<Inflate>(true); }
  if (coding == "deflate") { return std::make_unique<Inflate>(false); }
  if (coding == "br") { return std::make_unique<Brotli>(); }
  return nullptr;
}

}  // namespace

ContentDecoder::ContentDecoder(std::string_view content_encoding) {
  auto codings = codings_of(content_encoding);
  if (codings.size() > kMaxCodings) {
    unknown_ = excerpt(content_encoding, 80);
    return;
  }
  std::reverse(codings.begin(), codings.end());
  for (const auto& coding : codings) {
    auto stage = make_stage(coding);
    if (!stage) {
      unknown_ = excerpt(std::string_view(coding), 80);
      stages_.clear();
      return;
    }
    stages_.push_back(std::move(stage));
  }
}

ContentDecoder::ContentDecoder(ContentDecoder&&) noexcept = default;
ContentDecoder& ContentDecoder::operator=(ContentDecoder&&) noexcept = default;
ContentDecoder::~ContentDecoder() = default;

bool ContentDecoder::complete() const {
  return std::all_of(stages_.begin(), stages_.end(), [](const auto& stage) { return stage->complete(); });
}

Result<void> ContentDecoder::feed(std::string_view bytes, std::string& out, std::size_t max_size) {
  bytes_in_ += bytes.size();
  return run(0, bytes, out, max_size);
}

Result<void> ContentDecoder::run(std::size_t index, std::string_view bytes, std::string& out, std::size_t max_size) {
  if (index > 0) {
    // What any stage makes counts, so that a bomb inside a bomb cannot hide behind a small body.
    bytes_made_ += bytes.size();
    if (bytes_made_ > kRatioFreeBytes && bytes_made_ / limits::kInflateRatio > bytes_in_) {
      return fail(ErrorCode::limit_exceeded,
                  fmt::format("the body inflates to more than {} times its size", limits::kInflateRatio));
    }
  }
  if (index < stages_.size()) {
    Stage& stage = *stages_[index];
    auto result = stage.feed(bytes, [&](std::string_view decoded) { return run(index + 1, decoded, out, max_size); });
    if (!stage.note.empty()) { notes_.push_back(std::exchange(stage.note, {})); }
    return result;
  }
  const std::size_t room = max_size - std::min(max_size, out.size());
  out += bytes.substr(0, room);
  if (bytes.size() > room) {
    return fail(ErrorCode::limit_exceeded, fmt::format("the body is longer than {} bytes", max_size));
  }
  return {};
}

}  // namespace weir::wire
