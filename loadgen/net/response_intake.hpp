// What the bytes of a connection mean for the exchange that waits for them: a stream to be handed over, an answer that
// is whole, or a failure. It knows no socket; the time of arrival comes with the bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "loadgen/net/exchange.hpp"
#include "wire/base/lifetime.hpp"
#include "wire/http/response_decoder.hpp"

namespace weir::loadgen {

class ResponseIntake {
 public:
  enum class Status : std::uint8_t {
    more,
    stream,  ///< The head of a stream that was wanted has come: take_head(), framing(), length(), rest().
    done,
    failed,  ///< failed(), detail().
  };

  /// Ready for a new response; what an earlier one left is dropped.
  void begin(bool want_stream, std::string_view method, std::size_t body_limit);
  Status feed(std::string_view bytes, std::int64_t at_us);
  Status end_of_connection(wire::StreamEnd how, std::int64_t at_us);

  bool any_byte() const { return any_byte_; }
  bool head_done() const { return decoder_ && decoder_->head_done(); }

  wire::ResponseHead take_head() { return std::move(head_); }
  Framing framing() const { return framing_; }
  std::uint64_t length() const { return length_; }
  std::string_view rest() const { return rest_; }  ///< A view into the bytes of the last feed().

  const wire::Exchange& exchange() const WEIR_LIFETIME_BOUND { return exchange_; }
  wire::Exchange take_exchange() {
    used_ = true;
    return std::move(exchange_);
  }
  std::string_view last_event_id() const WEIR_LIFETIME_BOUND {
    return decoder_ ? decoder_->last_event_id() : std::string_view();
  }
  /// The answer is whole, nothing followed it, and nobody asked to close: another request may be sent.
  bool reusable() const;

  Failed failed() const { return failed_; }
  std::string take_detail() { return std::move(detail_); }

 private:
  Status feed_head(std::string_view bytes, std::int64_t at_us);
  Status feed_body(std::string_view bytes, std::int64_t at_us);
  Status begin_stream(std::string_view rest);
  Status conclude();
  Status fail(Failed how, std::string detail);
  Status fail(const wire::Error& error);

  bool want_stream_ = false;
  bool any_byte_ = false;
  bool used_ = false;      // exchange_ holds something.
  bool leftover_ = false;  // Bytes came after the end of the response.
  Framing framing_ = Framing::chunked;
  Failed failed_ = Failed::no;
  std::uint64_t length_ = 0;
  std::size_t interim_bytes_ = 0;
  std::size_t body_limit_ = 0;
  std::string_view method_;
  std::string_view rest_;
  std::string detail_;
  wire::ResponseHeadReader reader_;
  wire::ResponseHead head_;
  wire::Exchange exchange_;
  std::optional<wire::ResponseDecoder> decoder_;
};

}  // namespace weir::loadgen
