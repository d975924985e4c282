// How the end of a response body is found (RFC 9112 section 6.3), the same for every client here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/http/http.hpp"

namespace weir::wire {

struct BodyFraming {
  enum class End {
    none,     ///< There is no body.
    length,   ///< After `length` bytes.
    chunked,  ///< With the last chunk.
    close,    ///< With the connection.
  };
  End end = End::close;
  std::uint64_t length = 0;
  std::vector<std::string> codings;  ///< Transfer codings in order, lower case; other ones than chunked are not undone.
  bool bad_length = false;           ///< A Content-Length that is no number below 2^64: the connection's end counts.
};

/// Of the response to a request with `method`. Framing given twice is no matter of this function: ResponseHeadReader
/// refuses such a head.
BodyFraming framing_of(std::string_view method, const ResponseHead& head);

}  // namespace weir::wire
