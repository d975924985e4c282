// A call that takes its time and tells of it: what lies between its beginning and its end shows how events travel.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// The longest that a slow call is waited for without --hold.
inline constexpr std::chrono::seconds kSlowPatience{10};

struct SlowCall {
  std::string tool;
  wire::mcp::Reply reply;
  std::vector<double> progress_s;  ///< When each progress notification came, after the request was sent.
  double ended_s = 0;              ///< When the answer came, or the waiting ended.
  std::string lost;                ///< Of a quiet one: why nothing answers it.

  bool answered() const { return reply.response.has_value(); }
  /// From one sign of life to the next, the request and the end included.
  double longest_silence_s() const;
};

/// Calls the first safe tool of the profile that sends progress (those first whose names promise slowness) on a
/// conversation of its own, with a progressToken. An empty `accept_encoding` sends no such field. A Finding says why
/// there is none to call, or that the call failed.
tl::expected<SlowCall, Finding> call_slow_tool(Probe& probe, const std::string& accept_encoding);

/// The same without a progressToken, so that nothing is sent until the answer is. What is lost is no Finding.
tl::expected<SlowCall, Finding> call_quietly(Probe& probe);

/// Whether what was sent apart came apart; `with` names the circumstances: "with Accept-Encoding: br". nullopt where it
/// did, else a fail, or why it cannot be told.
std::optional<Finding> unless_spread(const Probe& probe, const SlowCall& slow, const std::string& with);

}  // namespace weir::conformance
