// Errors are values: what happened, in one sentence that names the thing, and where in the bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace weir::wire {

enum class ErrorCode {
  bad_input,          ///< A URL, option or file that the user gave cannot be used.
  resolve_failed,     ///< The name has no address.
  connect_refused,    ///< Nothing listens on the port.
  connect_timeout,    ///< No answer to the connection attempt.
  unreachable,        ///< No route, or the network is down.
  tls_failed,         ///< The handshake failed for another reason than the certificate.
  tls_untrusted,      ///< The chain ends in no trusted root.
  tls_expired,        ///< The certificate is expired or not yet valid.
  tls_name_mismatch,  ///< The certificate is for another name.
  timeout,            ///< The deadline passed while waiting for bytes.
  reset,              ///< The peer reset the connection (RST).
  closed,             ///< The peer closed before a whole response head had come.
  malformed_head,     ///< The response head is not HTTP/1.1.
  malformed_framing,  ///< Chunked or content-encoded bytes that do not decode.
  malformed_json,     ///< Not JSON.
  malformed_message,  ///< JSON, but not the JSON-RPC or MCP message that was due.
  rejected,           ///< The endpoint answered, with an error, what it had to accept.
  limit_exceeded,     ///< A named limit of limits.hpp was reached.
  internal,           ///< Weir itself failed.
  shortage,           ///< This machine gives Weir no more of something: descriptors, ports, buffers, memory, threads.
};

/// A stable lower-case name of the code, as used in reports ("connect_refused").
std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string detail;             ///< One sentence, without secrets.
  std::uint64_t byte_offset = 0;  ///< Into the bytes being decoded, where that means something.
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string detail, std::uint64_t byte_offset = 0) {
  return tl::unexpected<Error>(Error{code, std::move(detail), byte_offset});
}

/// What the user gave cannot be used.
inline tl::unexpected<Error> bad_input(std::string detail) { return fail(ErrorCode::bad_input, std::move(detail)); }

}  // namespace weir::wire
