// Before any check: can the target be reached, and does it speak MCP? If not, one named cause, in seconds.
#pragma once

#include <optional>

#include "conformance/probe/probe.hpp"

namespace weir::conformance {

struct Preflight {
  wire::mcp::Detection detection;
  std::optional<reports::PreflightFailure> failure;  ///< Set when no era is spoken.
  std::optional<std::chrono::seconds> retry_after;   ///< Of a failure that is a limit of the rate.
  bool was_silent = false;                           ///< Nothing was answered in time when it was looked at before.
};

/// Asks for every era, or for `only`. Throws std::bad_alloc where the target sends more than the run bears. A target
/// that its profile calls no MCP endpoint fails only where nothing answers. After a failure it looks a little further,
/// so that the sentence can say more: the other kind of HTTP on the same port, well-known paths, and the health routes.
Preflight preflight(const Target& target, std::optional<Era> only);

}  // namespace weir::conformance
