// Which eras one URL speaks, found by asking it, with the fallback rules of the revisions (2025-03-26 transports,
// "Backwards Compatibility"; 2026-07-28 versioning). All questions are asked nearly at the same time, so a silent
// endpoint costs one timeout.
#pragma once

#include <string>
#include <vector>

#include "wire/mcp/dialogue.hpp"

namespace weir::wire::mcp {

struct DetectOptions {
  Url url;
  Headers headers;
  ClientOptions client;
  std::chrono::milliseconds timeout = limits::kAnswerTimeout;
  std::optional<Era> only;  ///< Ask for this era alone.
  /// Where every POST was answered, and none as its era does, an event stream gets so long from its head on for its
  /// endpoint event; absent: until the time-out. For those who would hold it as a plain stream.
  std::optional<std::chrono::milliseconds> plain_after;
};

/// One question and what came of it.
struct Attempt {
  Era era{};
  std::string question;  ///< "POST server/discover", "POST initialize", "GET event stream"
  Request request;
  std::optional<Exchange> exchange;  ///< Absent when there was no response head.
  std::optional<Error> error;
  bool speaks = false;   ///< The answer is this era's.
  std::string why;       ///< One sentence.
  std::string revision;  ///< That initialize was answered with, where it is a known one; else empty.
};

struct Detection {
  std::vector<Attempt> attempts;  ///< In the order stateless, streamable, http-sse.
  std::vector<Era> eras() const;  ///< Those that answered as their era does.
  const Attempt* attempt(Era era) const;
};

Detection detect(const DetectOptions& options);

}  // namespace weir::wire::mcp
