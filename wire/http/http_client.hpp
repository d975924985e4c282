// An HTTP/1.1 client that looks blocking and keeps every fact that a judge needs: phases timed apart, the raw head,
// each arrival, and how the response ended. RFC 9110, RFC 9112; TLS is verified (RFC 9110 section 4.3.4) unless
// `insecure`.
//
// A client and its streams belong to one thread; they pump a private event loop, so that whoever waits for one stream
// receives for all streams of the client, with the right times of arrival. No exception leaves this interface.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/lifetime.hpp"
#include "wire/base/limits.hpp"
#include "wire/http/http.hpp"
#include "wire/http/run_bounds.hpp"

namespace weir::wire {

/// How the Authorization of a request is kept from growing old (wire/auth/oauth.hpp). Called from any thread.
struct Renewal {
  /// The field value to send in place of `authorization`.
  std::function<std::string(std::string_view authorization, Deadline)> replace;
  /// After a 401 for `authorization`: whether age explains it, and another value is there to ask with.
  std::function<bool(std::string_view authorization, Deadline)> renewed_after_refusal;

  explicit operator bool() const { return replace != nullptr; }
};

/// Where credentials may go: the last gate before the wire, whatever a check, a redirect or an endpoint event has made
/// of a request. Fields of other origins' requests that are named here, or like a credential, are left out.
struct CredentialScope {
  std::vector<std::string> origins;  ///< As Url::origin() gives them; empty: every request goes out as it is.
  std::vector<std::string> fields;   ///< Names of header fields, in any case.

  /// The request as it may go to its origin.
  Request apply(Request request) const;
};

struct ClientOptions {
  std::string ca_file;    ///< PEM roots used instead of the system's.
  bool insecure = false;  ///< Do not verify certificates.
  std::chrono::milliseconds connect_timeout = limits::kConnectTimeout;
  std::string user_agent = "weir";
  /// Connect to this numeric "address:port" whatever the URL's host says (SNI and Host still follow the URL).
  std::string connect_to;
  bool follow_same_origin_redirects = true;
  std::size_t max_body_bytes = limits::kBodyBytes;
  Renewal renewal;  ///< Empty: requests carry what their headers say.
  CredentialScope credentials;
  RunBounds run;
};

/// One response while it is being received. Move-only; destroying it closes the connection.
class HttpStream {
 public:
  HttpStream(HttpStream&&) noexcept;
  HttpStream& operator=(HttpStream&&) noexcept;
  ~HttpStream();

  /// Everything received so far; `end` is `open` while the body may still grow.
  const Exchange& exchange() const WEIR_LIFETIME_BOUND;
  bool ended() const { return exchange().end != EndClass::open; }

  /// After HttpClient::begin: waits for the response head; false when the deadline passed (it may be asked again) or
  /// the connection ended before a head came (tell the two apart with ended(); the last framing note says why). True at
  /// once for a stream from open().
  bool wait_for_head(Deadline deadline);
  /// Waits for the next SSE item in stream order; nullopt when the stream has ended or the deadline passed (tell the
  /// two apart with ended()). Items are also kept in exchange().items.
  std::optional<SseItem> next_item(Deadline deadline);
  /// As next_item, but skips everything that is not an event.
  std::optional<SseEvent> next_event(Deadline deadline);
  /// Reads until the body ends or the deadline passes; returns whether it ended.
  bool read_to_end(Deadline deadline);
  /// Waits until more body bytes have come, the body ends (returns false) or the deadline passes (returns false).
  bool read_more(Deadline deadline);

  void close();          ///< FIN (with close_notify under TLS); the end class becomes closed_by_us unless it had ended.
  void reset();          ///< RST, by SO_LINGER 0.
  void shutdown_send();  ///< Half-close: FIN while still reading.

  /// Hands out what was received and closes; a body that had not ended stays `open` in what is handed out.
  Exchange finish() &&;

 private:
  friend class HttpClient;
  struct Impl;
  explicit HttpStream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A connection that is kept for several requests, one after another (RFC 9112 section 9.3).
class Connection {
 public:
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();
  /// Sends a request and reads its whole response. An error leaves the connection unusable.
  Result<Exchange> exchange(const Request& request, Deadline deadline);
  /// Writes bytes as they are, for requests that no well-behaved client would send; then reads one response.
  Result<Exchange> exchange_raw(std::string_view bytes, const Request& described_as, Deadline deadline);
  bool reusable() const;

 private:
  friend class HttpClient;
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class HttpClient {
 public:
  explicit HttpClient(ClientOptions options = {});
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  /// Sends a request on a new connection and reads the response to its end. A body (or stream) still open at the
  /// deadline is *not* an error: the exchange comes back with `end == EndClass::open`. An error means that there is no
  /// response head.
  Result<Exchange> exchange(const Request& request, Deadline deadline);
  /// Sends a request and returns as soon as the response head is there.
  Result<HttpStream> open(const Request& request, Deadline deadline);
  /// Sends a request and returns without waiting for the response head, for a POST whose answer comes on another
  /// stream: the caller alternates between the two. No redirect is followed.
  Result<HttpStream> begin(const Request& request, Deadline deadline);
  /// Connects only (DNS, TCP, TLS).
  Result<Connection> connect(const Url& url, Deadline deadline);

  /// Called with each exchange or stream's request as it is sent; a probe keeps them as evidence.
  void on_request(std::function<void(const Request&)> observer);
  /// Called with each exchange or stream as its response head comes.
  void on_head(std::function<void(const Exchange&)> observer);
  /// Called once for everything that is sent, when it is over: finished, handed out or destroyed, with a response head
  /// or without one. Each request keeps the observer of the moment at which it was sent, even beyond this client.
  void on_done(std::function<void(const Exchange&)> observer);

  const ClientOptions& options() const WEIR_LIFETIME_BOUND;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::wire
