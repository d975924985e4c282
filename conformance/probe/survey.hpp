// What is learnt of each era once, so that ninety checks need not ask again: handshake facts and the lists.
#pragma once

#include <atomic>
#include <vector>

#include "conformance/probe/probe.hpp"

namespace weir::conformance {

/// Opens one conversation per era of `target.detection` (all at the same time) and reads the lists that it declares.
/// `target.surveys` is not looked at; put the answer there. An era in which no conversation can be opened has
/// `open_error` and is named in `problems`; eras without the revision of the profile are left out.
std::vector<Survey> survey(const Target& target, wire::Deadline deadline, const std::atomic<bool>* stop,
                           std::vector<std::string>& problems);

}  // namespace weir::conformance
