// Requests that leave otherwise than whole and one at a time; seen and kept like all others.
#pragma once

#include "conformance/ask/common.hpp"
#include "wire/http/unusual.hpp"

namespace weir::conformance {

/// wire::exchange_in_segments(), for the check `asker`.
wire::Result<wire::Exchange> send_in_segments(Probe& probe, const std::string& asker, const wire::Request& request,
                                              const std::vector<std::size_t>& cuts,
                                              std::chrono::milliseconds apart = wire::kSegmentsApart);
/// `usual`, and of a target that is far or slow so much more as it took for an ordinary answer.
std::chrono::milliseconds patience_beside(const wire::Exchange& answer, std::chrono::milliseconds usual);
/// wire::exchange_expecting(), for the check `asker`.
wire::Result<wire::Expected> send_expecting(Probe& probe, const std::string& asker, const wire::Request& request,
                                            std::chrono::milliseconds patience);
/// wire::pipeline(), for the check `asker`.
wire::Result<wire::Pipelined> send_pipelined(Probe& probe, const std::string& asker,
                                             const std::vector<wire::Request>& requests, wire::Deadline deadline);

}  // namespace weir::conformance
