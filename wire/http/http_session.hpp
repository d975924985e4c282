// One request and its response on one connection, pumped by the client's loop. What HttpStream and Connection share.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "wire/http/event_loop.hpp"
#include "wire/http/http_client.hpp"
#include "wire/http/response_decoder.hpp"
#include "wire/http/transport.hpp"

namespace weir::wire {

/// What a client shares with its streams, which may outlive it.
struct ClientState {
  ClientOptions options;
  std::unique_ptr<EventLoop> loop;
  std::shared_ptr<ssl_ctx_st> tls;
  std::function<void(const Request&)> observer;
  std::function<void(const Exchange&)> head_observer;
  std::function<void(const Exchange&)> done_observer;

  void observe(const Request& request) const {
    if (observer) { observer(request); }
  }
  void observe_head(const Exchange& exchange) const {
    if (head_observer) { head_observer(exchange); }
  }
};

struct Connected {
  Transport transport;
  Clock::time_point start;
  Timings timings;
};
/// DNS, TCP and TLS within the deadline and the connect timeout.
Result<Connected> connect_to(ClientState& client, const Url& url, Deadline deadline);

class Session {
 public:
  Session(std::shared_ptr<ClientState> client, Transport transport, Request request);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  /// Writes and reads at once: a peer may answer, and close, before it has read everything.
  void send(std::string bytes, Clock::time_point start, Timings timings);
  /// More of the request, once all before it has been sent.
  void send_more(std::string bytes);
  /// Instead of send(), for a pipelined request, which has left with the one before: `bytes` have come already.
  void receive(std::string_view bytes, Clock::time_point start);
  /// Pumps until `done`, the end or the deadline, and leaves the connection as it is.
  void pump(Deadline deadline, const std::function<bool()>& done);
  /// The same, and a connection that carries no further request is closed; returns done().
  bool wait(Deadline deadline, const std::function<bool()>& done);

  bool head_done() const { return decoder_.head_done(); }
  bool interim_seen() const { return decoder_.interim_seen(); }
  bool ended() const { return exchange_.end != EndClass::open; }
  bool sent() const { return sent_; }
  /// The connection may carry another request: ended cleanly, nothing left over, the peer means to keep it.
  bool reusable() const;
  /// The same for a pipelined request: bytes may be left over, which are of its answer.
  bool carries_next() const;
  std::string take_leftover() { return std::exchange(leftover_, {}); }
  /// Why there is no head; the deadline where nothing else is known.
  Error no_head() const;

  Exchange& exchange() { return exchange_; }
  const Exchange& exchange() const { return exchange_; }
  Transport& transport() { return transport_; }
  /// What was received, told to the observer; nothing is received any more.
  Exchange hand_out();

  void close();
  void reset();

 private:
  std::int64_t now_us() const;
  void begin(Clock::time_point start, Timings timings);
  void read();
  void take(std::string_view bytes);
  void take_end(StreamEnd how);
  void fail_head(const Error& error, EndClass end);
  void end_by_us();
  void tell_done();

  std::shared_ptr<ClientState> client_;
  Transport transport_;
  Clock::time_point start_{};
  Exchange exchange_;
  ResponseDecoder decoder_;
  std::optional<Error> error_;
  std::function<void(const Exchange&)> done_;  ///< Set when it is sent, and called once.
  bool sent_ = false;
  std::string leftover_;  ///< Bytes beyond the end of the response.
};

}  // namespace weir::wire
