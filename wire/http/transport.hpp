// One connection, plain or TLS, as a stream of bytes with callbacks. What its peer does to it comes as a StreamEnd.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "wire/http/event_loop.hpp"
#include "wire/http/name_lookup.hpp"
#include "wire/http/response_decoder.hpp"

struct ssl_ctx_st;

namespace weir::wire {

class Transport {
 public:
  /// Bytes, or the end where they are empty.
  using ReadHandler = std::function<void(std::string_view bytes, StreamEnd end)>;
  /// Whether everything was handed to the kernel; false when the peer does not take it any more.
  using WriteHandler = std::function<void(bool sent, bool reset)>;

  struct Plan {
    std::vector<SocketAddress> addresses;  ///< Tried in this order.
    std::string host;                      ///< As the user wrote it: for the certificate, SNI and messages.
    std::string where;                     ///< "host:port", for messages.
    std::shared_ptr<ssl_ctx_st> tls;       ///< Null for plain HTTP.
    bool insecure = false;
    Deadline deadline;
  };
  struct Milestones {
    Clock::time_point connected;
    Clock::time_point tls;  ///< Equals `connected` for plain HTTP.
  };

  static Result<Transport> connect(EventLoop& loop, const Plan& plan, Milestones& milestones);

  Transport(Transport&&) noexcept;
  Transport& operator=(Transport&&) noexcept;
  ~Transport();  ///< Closes; no handler is called any more.

  /// One read and one write may be under way at a time; each handler is called once, from the loop.
  void read(ReadHandler handler);
  void write(std::string bytes, WriteHandler handler);

  const std::string& remote() const;
  std::uint64_t number() const;  ///< Of this connection among all of the process; from 1.
  bool open() const;
  /// Whether the peer has sent something, an end included, that nobody has read. Never waits.
  bool has_unread() const;

  void close();          ///< close_notify under TLS, then FIN.
  void reset();          ///< RST, by SO_LINGER 0.
  void shutdown_send();  ///< close_notify under TLS, then FIN; reading goes on.

 private:
  struct Impl;
  explicit Transport(std::shared_ptr<Impl> impl);
  static Result<void> handshake(const std::shared_ptr<Impl>& impl, const Plan& plan);
  std::shared_ptr<Impl> impl_;
};

}  // namespace weir::wire
