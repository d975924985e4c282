// A refusal of the first request for want of something that only its answer gives. Pure: asks nothing.
#pragma once

#include <optional>
#include <string>

#include "wire/http/http_client.hpp"

namespace weir::conformance {

struct WantedEarly {
  std::string what;  ///< "MCP-Protocol-Version, which ...": half a sentence.
  std::string fix;
};

/// For the exchange of an `initialize`: nullopt where it was served, or refused for another reason.
std::optional<WantedEarly> wanted_early(const wire::Exchange& exchange);

}  // namespace weir::conformance
