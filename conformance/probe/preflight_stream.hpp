// Why the stream of HTTP+SSE does not open at a path that takes no POST. Pure: asks nothing.
#pragma once

#include "conformance/probe/preflight_cause.hpp"

namespace weir::conformance {

/// "POST initialize gave 502 Bad Gateway from nginx/1.22.1"; of an attempt that was answered.
std::string said(const wire::mcp::Attempt& attempt);
std::string spelt(std::chrono::milliseconds span);

/// nullopt where a POST is taken, or where nothing is known of the stream that a rule would not say better.
std::optional<Cause> cause_of_lone_stream(const wire::mcp::Detection& detection, const CauseContext& context);

}  // namespace weir::conformance
