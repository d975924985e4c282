// Why a stream of HTTP+SSE does not open, or opens in vain. Pure: asks nothing.
#pragma once

#include "conformance/probe/preflight_cause.hpp"

namespace weir::conformance {

/// "POST initialize gave 502 Bad Gateway from nginx/1.22.1"; of an attempt that was answered.
std::string said(const wire::mcp::Attempt& attempt);
std::string spelt(std::chrono::milliseconds span);

/// nullopt where a POST is taken, or where nothing is known of the stream that a rule would not say better.
std::optional<Cause> cause_of_lone_stream(const wire::mcp::Detection& detection, const CauseContext& context);

struct StreamWords {
  std::string message, fix;
};

/// Of a stream that opened, and on which no `endpoint` event came.
StreamWords words_of_bare_stream(const wire::mcp::Attempt& attempt);

}  // namespace weir::conformance
