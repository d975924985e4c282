// What a read of a non-blocking socket brought, plain or under TLS, and what a handshake waits for.
#pragma once

#include <cerrno>
#include <cstdint>
#include <string_view>

namespace weir::wire::tls {

enum class Step : std::uint8_t { done, want_read, want_write, failed };

/// `bytes` is a view into the caller's buffer.
struct Received {
  enum class What : std::uint8_t {
    bytes,
    nothing,        ///< EAGAIN, or a TLS record that is not whole yet.
    fin,            ///< FIN of a plain connection.
    reset,          ///< RST, ETIMEDOUT, EPIPE.
    tls_close,      ///< close_notify.
    tls_truncated,  ///< FIN without close_notify.
    tls_failed,
  };
  What what = What::nothing;
  std::string_view bytes;
  std::int64_t kernel_realtime_ns = 0;  ///< 0 where the kernel gave none.
  bool more = false;                    ///< There may be more without another wake-up.
};

/// Nothing can be sent or received now; readiness tells when.
inline bool would_block(int error_number) {
  return error_number == EAGAIN || error_number == EWOULDBLOCK || error_number == EINTR;
}

/// One recvmsg, with the kernel's stamp where the socket has SO_TIMESTAMPNS.
Received receive_plain(int fd, char* buffer, std::size_t size);

}  // namespace weir::wire::tls
