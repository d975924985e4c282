// The target as a plan and its profile describe it, before anything is asked of it.
#pragma once

#include <string>

#include "conformance/run/conduct.hpp"

namespace weir::conformance {

/// As reports name the target.
std::string target_name_of(const RunPlan& plan);

Target target_of(const RunPlan& plan);

/// The same deployment at one of its further endpoints; what the profile does not say of it is the target's.
Target endpoint_target(const Target& whole, const wire::ProfileEndpoint& endpoint, wire::Url url);

}  // namespace weir::conformance
