#include "wire/base/error.hpp"

namespace weir::wire {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::bad_input:
      return "bad_input";
    case ErrorCode::resolve_failed:
      return "resolve_failed";
    case ErrorCode::connect_refused:
      return "connect_refused";
    case ErrorCode::connect_timeout:
      return "connect_timeout";
    case ErrorCode::unreachable:
      return "unreachable";
    case ErrorCode::tls_failed:
      return "tls_failed";
    case ErrorCode::tls_untrusted:
      return "tls_untrusted";
    case ErrorCode::tls_expired:
      return "tls_expired";
    case ErrorCode::tls_name_mismatch:
      return "tls_name_mismatch";
    case ErrorCode::timeout:
      return "timeout";
    case ErrorCode::reset:
      return "reset";
    case ErrorCode::closed:
      return "closed";
    case ErrorCode::malformed_head:
      return "malformed_head";
    case ErrorCode::malformed_framing:
      return "malformed_framing";
    case ErrorCode::malformed_json:
      return "malformed_json";
    case ErrorCode::malformed_message:
      return "malformed_message";
    case ErrorCode::rejected:
      return "rejected";
    case ErrorCode::limit_exceeded:
      return "limit_exceeded";
    case ErrorCode::shortage:
      return "shortage";
    case ErrorCode::internal:
      return "internal";
  }
  return "unknown";
}

}  // namespace weir::wire
