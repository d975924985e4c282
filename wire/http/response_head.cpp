#include "wire/http/response_head.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include "wire/base/limits.hpp"
#include "wire/json/json.hpp"

namespace weir::wire {

namespace {

namespace beast_http = boost::beast::http;
using BeastError = boost::beast::error_code;
using BeastView = boost::beast::string_view;

constexpr std::size_t kHeadExcerptBytes = 120;

/// Beast's own container would move fields of one name together; this keeps them as they came.
class HeadParser final : public beast_http::basic_parser<false> {
 public:
  explicit HeadParser(ResponseHead& head) : head_(head) {
    header_limit(static_cast<std::uint32_t>(limits::kHeadBytes));
    body_limit(boost::none);
  }

 private:
  void on_request_impl(beast_http::verb, BeastView, BeastView, int, BeastError&) override {}
  void on_response_impl(int code, BeastView reason, int version, BeastError&) override {
    head_.status = code;
    head_.reason = std::string(reason);
    head_.version = version;
  }
  void on_field_impl(beast_http::field, BeastView name, BeastView value, BeastError&) override {
    head_.headers.add(std::string(name), std::string(value));
  }
  void on_header_impl(BeastError&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, BeastError&) override {}
  std::size_t on_body_impl(BeastView, BeastError&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, BeastView, BeastError&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView, BeastError&) override { return 0; }
  void on_finish_impl(BeastError&) override {}

  ResponseHead& head_;
};

Error malformed(std::string_view what, std::string_view bytes, std::size_t offset) {
  return {ErrorCode::malformed_head,
          fmt::format("the response head is not HTTP/1.1: {}, in '{}'", what, excerpt(bytes, kHeadExcerptBytes)),
          offset};
}

/// What shows before the blank line has come, and perhaps never comes.
std::optional<Error> early_fault(std::string_view bytes, std::size_t scanned) {
  constexpr std::string_view kVersion = "HTTP/1.";
  const auto length = std::min(bytes.size(), kVersion.size());
  if (bytes.substr(0, length) != kVersion.substr(0, length)) {
    return malformed("it does not begin with 'HTTP/1.'", bytes, 0);
  }
  for (auto lf = bytes.find('\n', scanned); lf != std::string_view::npos; lf = bytes.find('\n', lf + 1)) {
    if (lf == 0 || bytes[lf - 1] != '\r') {
      return malformed(fmt::format("a line ends with a bare LF at byte {}", lf), bytes, lf);
    }
  }
  return std::nullopt;
}

Result<ResponseHead> parse_head(std::string_view bytes) {
  ResponseHead head;
  HeadParser parser(head);
  BeastError ec;
  parser.put(boost::asio::buffer(bytes.data(), bytes.size()), ec);
  if (ec) { return tl::unexpected(malformed(ec.message(), bytes, 0)); }
  if (!parser.is_header_done()) { return tl::unexpected(malformed("it ends too early", bytes, bytes.size())); }
  head.raw = std::string(bytes);
  return head;
}

}  // namespace

ResponseHead ResponseHeadReader::take_head() {
  ResponseHead head = std::move(*head_);
  clear();
  return head;
}

void ResponseHeadReader::clear() {
  pending_.clear();
  scanned_ = 0;
  head_.reset();
}

Result<std::size_t> ResponseHeadReader::feed(std::string_view bytes) {
  const std::size_t before = pending_.size();
  pending_ += bytes.substr(0, limits::kHeadBytes + 1 - std::min(before, limits::kHeadBytes));
  const auto blank = pending_.find("\r\n\r\n", scanned_ < 3 ? 0 : scanned_ - 3);
  if (auto error = early_fault(std::string_view(pending_).substr(0, blank), scanned_)) {
    return tl::unexpected(std::move(*error));
  }
  scanned_ = pending_.size();
  if (blank == std::string::npos) {
    if (pending_.size() > limits::kHeadBytes) {
      return fail(ErrorCode::limit_exceeded,
                  fmt::format("the response head is larger than {} bytes", limits::kHeadBytes), limits::kHeadBytes);
    }
    return bytes.size();
  }
  const std::size_t size = blank + 4;
  auto head = parse_head(std::string_view(pending_).substr(0, size));
  if (!head) { return tl::unexpected(head.error()); }
  head_ = std::move(*head);
  pending_.clear();
  return size - before;
}

}  // namespace weir::wire
