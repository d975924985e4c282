// Ordinary requests, as a good client sends them, so that passive checks have something to judge even where nobody else
// asks.
#pragma once

#include "conformance/probe/probe.hpp"

namespace weir::conformance {

/// In the survey's era: ping, each declared list, a read, a prompt, a completion, the calls that are allowed, an
/// unknown method, params that are none, and a stream held for a moment. Without a survey: the health routes of the
/// profile. What comes back is for the tap alone.
void exercise(const Target& target, const Survey* survey, wire::Deadline deadline, const std::atomic<bool>* stop);

}  // namespace weir::conformance
