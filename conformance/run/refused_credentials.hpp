// Why the target takes the credentials of a run for none, where a look behind the 401 tells.
#pragma once

#include "conformance/probe/probe.hpp"

namespace weir::conformance {

/// Adds to a failure whose cause is `unauthorized` what the times of the token explain; else whether the target answers
/// as if it had got no credentials at all; else what the token is for, beside what the target's metadata asks. It asks
/// the target up to five requests, none with other credentials than the run's, and throws std::bad_alloc where the
/// target sends more than the run bears.
void explain_refusal(const Target& target, reports::PreflightFailure& failure);

}  // namespace weir::conformance
