// One HTTP/1.1 response from the bytes of a connection (RFC 9112 section 6.3): head, framing, content coding, events,
// and the class of its end. It knows no socket and no clock: the time of arrival comes with the bytes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "wire/base/limits.hpp"
#include "wire/http/content_coding.hpp"
#include "wire/http/framing.hpp"
#include "wire/http/http.hpp"
#include "wire/http/response_head.hpp"

namespace weir::wire {

/// How a connection stopped giving bytes.
enum class StreamEnd {
  fin,            ///< FIN of a plain connection.
  reset,          ///< RST.
  tls_close,      ///< close_notify.
  tls_truncated,  ///< FIN without close_notify.
  tls_failed,     ///< A record that does not decrypt, or a fatal alert.
};

class ResponseDecoder {
 public:
  /// Which items of an event stream are kept; with more than `most` the response is given up.
  struct Kept {
    std::size_t most = limits::kStreamItems;
    bool comments = true;
  };
  /// Fills `exchange`, which outlives it. `method` is the request's.
  ResponseDecoder(Exchange& exchange, std::string_view method, std::size_t max_body_bytes, Kept kept);
  ResponseDecoder(Exchange& exchange, std::string_view method, std::size_t max_body_bytes)
      : ResponseDecoder(exchange, method, max_body_bytes, Kept{}) {}

  /// Takes bytes that came `at_us` after the start of the request; returns how many belong to this response. An error
  /// means that there is no head; later faults show in the exchange's end and notes.
  Result<std::size_t> feed(std::string_view bytes, std::int64_t at_us);
  /// The connection gives no more bytes. An error (closed, reset) means that there was no whole head.
  Result<void> end_of_connection(StreamEnd how, std::int64_t at_us);

  bool head_done() const { return framing_.has_value(); }
  /// A 1xx response has come before the final one.
  bool interim_seen() const { return interim_bytes_ > 0; }
  bool ended() const { return exchange_.end != EndClass::open; }
  /// Of a body that is an event stream: what a client that takes it up again sends as Last-Event-ID.
  std::string_view last_event_id() const WEIR_LIFETIME_BOUND {
    return sse_ ? std::string_view(sse_->last_event_id()) : std::string_view();
  }
  /// Bytes of the response that had come when no head was there yet.
  const std::string& pending_head() const { return head_.pending(); }

 private:
  void begin_body(std::int64_t at_us);
  void choose_framing();
  std::size_t feed_body(std::string_view bytes, std::int64_t at_us);
  void take_body(std::string_view coded, std::int64_t at_us);
  void deliver(std::size_t before, std::int64_t at_us);
  void decode_events(std::size_t before, std::int64_t at_us);
  void end(EndClass how, std::int64_t at_us);
  void note(std::string what, std::uint64_t offset);

  Exchange& exchange_;
  std::string method_;
  std::size_t max_body_bytes_;
  Kept kept_;
  std::size_t interim_bytes_ = 0;
  ResponseHeadReader head_;
  std::optional<BodyFraming::End> framing_;  ///< Once the head is done.
  std::uint64_t left_ = 0;
  std::uint64_t encoded_bytes_ = 0;
  ChunkedDecoder chunked_;
  std::size_t chunked_notes_ = 0;
  std::size_t content_notes_ = 0;
  ContentDecoder content_;
  std::string coded_;
  std::unique_ptr<SseDecoder> sse_;
};

}  // namespace weir::wire
