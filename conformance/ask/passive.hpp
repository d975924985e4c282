// What passive checks share.
#pragma once

#include "conformance/probe/probe.hpp"
#include "conformance/tap/places.hpp"
#include "conformance/tap/traffic.hpp"

namespace weir::conformance {

/// All that was seen in the probe's era.
std::vector<SeenPtr> seen_by(const Probe& probe);
/// The same as JSON-RPC, of this endpoint.
std::shared_ptr<const Traffic> traffic_by(const Probe& probe);

/// The finding of a passive check; the command of a failure repeats the first place.
Finding judged(Probe& probe, const Places& places, std::string expected, const char* looked_at, const char* nothing);

/// Where mixes_streams() (conformance/tap/traffic.hpp).
inline constexpr const char* kStreamsMixed =
    "answers to other clients come on the same stream: http-sse.sessions.no-cross-talk says so";

}  // namespace weir::conformance
