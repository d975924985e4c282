// Requests that leave otherwise than whole and one at a time: as clients may send them, and few do. Each call has a
// connection of its own.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "wire/http/http_client.hpp"

namespace weir::wire {

/// A reader that waits for bytes has mostly taken the part before by then.
inline constexpr std::chrono::milliseconds kSegmentsApart{30};
/// Sends a request whose body is cut before each of these offsets, part after part with `apart` between them, so that
/// each is a TCP segment of its own; then reads the whole response. An answer that comes before the end ends it.
Result<Exchange> exchange_in_segments(const ClientOptions& options, const Request& request,
                                      const std::vector<std::size_t>& cuts, Deadline deadline,
                                      std::chrono::milliseconds apart = kSegmentsApart);

/// What came of a request whose body was held back (RFC 9110 section 10.1.1).
struct Expected {
  Exchange exchange;
  bool asked_for = false;  ///< 100 Continue, or the head of the answer, came before any of the body was sent.
};
/// Sends a request with `Expect: 100-continue`, and its body when the server has asked for it or `patience` is over; an
/// answer that comes before ends it. Then reads the whole response.
Result<Expected> exchange_expecting(const ClientOptions& options, const Request& request,
                                    std::chrono::milliseconds patience, Deadline deadline);

/// What came back for requests that were sent without waiting for answers.
struct Pipelined {
  std::vector<Exchange> answers;  ///< In the order in which they came; the last one may have no end.
  /// Why the next one did not come; nullopt where all came, or where the last answer ended the connection.
  std::optional<Error> missing;
};
/// Sends them all at once (RFC 9112 section 9.3.2) and then reads their responses. An error means that nothing was
/// sent.
Result<Pipelined> pipeline(const ClientOptions& options, const std::vector<Request>& requests, Deadline deadline);

}  // namespace weir::wire
