// HTTP/1.1 exchanges of a worker: connect (or take a kept connection), TLS, send, response head, body. An exchange
// lives only while it is under way, so it may be heavy; when its response turns out to be the stream to be held, the
// connection is handed over and the exchange is gone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "loadgen/net/destination.hpp"
#include "loadgen/net/loop.hpp"
#include "wire/http/http.hpp"

namespace weir::loadgen {

/// What an exchange is for, in its owner's terms.
struct Ticket {
  std::uint32_t slot = 0;
  std::uint32_t purpose = 0;
};

struct ExchangePlan {
  Destination* destination = nullptr;   ///< Outlives the exchange.
  std::string_view method = "GET";      ///< Outlives the exchange: a literal, or a word of the scenario.
  std::string request;                  ///< The whole request, head and body, as it is sent.
  std::int64_t connect_timeout_ns = 0;  ///< TCP and TLS, all addresses that are tried.
  std::int64_t answer_timeout_ns = 0;   ///< From sending to the end of the body; of a stream, to the end of its head.
  /// May use, and afterwards leave behind, a kept connection. One that turns out dead is replaced by a new one, once,
  /// and the request sent again: only when writing failed, or the connection ended before any byte of an answer, and
  /// never after a timeout. A server that did process the request and then closed without a byte sees it twice: that
  /// is what RFC 9112 section 9.3.1 leaves to a client that keeps connections; a plan whose request must not be
  /// repeated leaves keep_alive out.
  bool keep_alive = false;
  bool want_stream = false;  ///< A 2xx text/event-stream is handed over instead of read.
  std::size_t body_limit = 1 << 20;
};

/// Nanoseconds; -1 where it did not happen (a kept connection has no tcp and no tls).
struct PhaseTimes {
  std::int64_t started_ns = 0;  ///< Loop time.
  std::int64_t tcp_ns = -1;
  std::int64_t tls_ns = -1;
  std::int64_t headers_ns = -1;  ///< From the request having been written to the whole response head.
  std::int64_t done_ns = -1;     ///< From the start to the end; where a response came, to its arrival in the kernel.
  std::int64_t lag_ns = -1;      ///< From the arrival of what was read to its reading, at most: ours. -1: no stamp.
};

enum class Failed : std::uint8_t { no, connect, head_timeout, body_timeout, closed, reset, malformed, too_big };

/// How an exchange came out.
struct Outcome {
  Failed failed = Failed::no;
  ConnectFailure connect = ConnectFailure::none;
  std::string detail;   ///< One sentence for a failure; may be empty.
  wire::Exchange http;  ///< Head, and the body with its SSE items, as far as they came.
  /// Of a body that is an event stream: where it stands, also by an id that came without an event.
  std::string last_event_id;
  PhaseTimes times;
};

/// The body of a response that is to be held, from the byte after its head on.
enum class Framing : std::uint8_t { chunked, length, close };
struct Handover {
  Channel channel;  ///< Now the receiver's; no longer watched by the loop.
  wire::ResponseHead head;
  Framing framing = Framing::chunked;
  std::uint64_t length = 0;     ///< Of Framing::length.
  std::string rest;             ///< Body bytes that came with the head.
  std::int64_t rest_at_ns = 0;  ///< Loop time of their arrival.
  PhaseTimes times;
};

class ExchangeOwner {
 public:
  /// Called once for each exchange that was begun, never from within begin() or cancel(). New exchanges may be begun.
  virtual void finished(Ticket ticket, Outcome&& outcome) = 0;
  virtual void handed_over(Ticket ticket, Handover&& handover) = 0;
  /// An SSE event of a body that is still being read (`want_stream` is false), which arrived at this loop time.
  /// Optional.
  virtual void event(Ticket, const wire::SseEvent&, std::int64_t /*arrived_ns*/) {}

 protected:
  ~ExchangeOwner() = default;
};

/// Where connecting to an address fails at once, the destination's next one is tried, at most kAddressTries in all. A
/// handed-over connection is settled; a kept one that its peer closes is noticed and closed.
class Exchanges final : public Ready {
 public:
  static constexpr std::size_t kAddressTries = 4;

  /// Handles Kind::exchange of the loop; both outlive it.
  Exchanges(Loop& loop, Channels& channels);
  ~Exchanges();
  Exchanges(const Exchanges&) = delete;
  Exchanges& operator=(const Exchanges&) = delete;

  /// An id that is never given twice at the same time. The owner outlives the exchange or cancels it.
  std::uint32_t begin(ExchangePlan plan, Ticket ticket, ExchangeOwner& owner);
  /// Closes the connection; no call-back comes. An id whose exchange is over is ignored.
  void cancel(std::uint32_t id);

  /// Deadlines, and call-backs that begin() put off. To be called each turn of the loop.
  void tick(std::int64_t now_ns);
  std::int64_t next_ns() const;  ///< When tick() has something to do.

  /// To be called now and then: where many were under way at once, and none is now, their memory is given back. The
  /// streams that a storm of opens brought stay for hours, and would keep it.
  void trim();

  std::size_t under_way() const;
  std::size_t kept() const;  ///< Idle kept connections.
  void ready(std::uint32_t slot, std::uint32_t events) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::loadgen
