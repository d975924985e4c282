// From what an endpoint answered (or did not) to the one sentence that its deployer needs. Pure: asks nothing.
#pragma once

#include <optional>
#include <string>

#include "reports/conformance/results.hpp"
#include "wire/mcp/detect.hpp"

namespace weir::conformance {

/// What the sentence has to know besides the answers.
struct CauseContext {
  wire::Url url;
  bool credentials = false;  ///< Some were sent.
  std::chrono::milliseconds timeout = wire::limits::kAnswerTimeout;
};

struct Cause {
  std::string name;                             ///< "connect-refused", "html-not-mcp", ...
  std::string message;                          ///< One sentence: what was seen.
  std::string fix;                              ///< One sentence: what to do.
  const wire::mcp::Attempt* telling = nullptr;  ///< The attempt that shows it.
  bool wrong_path = false;                      ///< Another path of the same origin may well be the endpoint.
  bool dead = false;                            ///< Nothing that asks for other credentials or another URL.
};

/// For a detection that found no era.
Cause cause_of(const wire::mcp::Detection& detection, const CauseContext& context);

/// For a request that got no answer at all.
Cause cause_of(const wire::Error& error, const CauseContext& context);

}  // namespace weir::conformance
