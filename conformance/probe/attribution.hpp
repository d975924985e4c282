// Whatever fails, the verdict names the hop and the fix. Where a check could not tell, the last answer that it had may:
// a load balancer's page, a gateway's error type, the time that a cut took. Pure: asks nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "conformance/check.hpp"
#include "conformance/probe/preflight_cause.hpp"
#include "wire/http/http.hpp"

namespace weir::conformance {

/// What came last before a verdict was given: an answer or an error, and neither where nothing was asked.
struct LastHeard {
  std::optional<wire::Exchange> answer;  ///< Its body may be cut short.
  std::optional<wire::Error> error;
};

struct Blame {
  std::string hop;
  std::string fix;
};

/// The hop that gave the answer or cut it, and what to change there; nullopt where neither mark nor time tells.
std::optional<Blame> blame_of(const LastHeard& heard, const CauseContext& context);

/// Completes a fail or a warning: what it says itself stays, then what blame_of() knows, then the server and the
/// check's own `fix`.
void attribute(Finding& finding, std::string_view fix, const LastHeard& heard, const CauseContext& context);

}  // namespace weir::conformance
