// A named limit for everything that a scenario, or an endpoint under load, can make big.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "reports/measure/limits.hpp"
#include "wire/base/limits.hpp"

namespace weir::loadgen::limits {

inline constexpr std::size_t kScenarioBytes = 1024 * 1024;  ///< A scenario file.
using reports::load::limits::kPhases;
using reports::load::limits::kPopulations;
using reports::load::limits::kShards;
using reports::load::limits::kThresholds;
using reports::load::limits::kTools;
inline constexpr std::size_t kStreams = 4'000'000;  ///< Of a whole run.
inline constexpr std::size_t kWorkers = 512;
inline constexpr std::size_t kSources = 16'384;             ///< Source addresses.
inline constexpr std::size_t kResolve = 1'000;              ///< Entries of `resolve`.
inline constexpr std::size_t kReadBytes = 64 * 1024;        ///< The read buffer that a worker's streams share.
inline constexpr std::size_t kOpeningAtOnce = 2'000;        ///< Exchanges under way in one worker.
inline constexpr std::size_t kCallsInFlight = 10'000;       ///< Calls under way in one worker.
inline constexpr std::size_t kCallBodyBytes = 1024 * 1024;  ///< The answer to one call.
inline constexpr std::size_t kCallItems = 10'000;           ///< Events in the answer to one call.
inline constexpr std::size_t kSessionIdBytes = 8 * 1024;    ///< Some hold a whole state; no hop takes a longer line.
inline constexpr std::size_t kRequestIdBytes = 256;         ///< Of a server's request; a longer one is not answered.
inline constexpr std::size_t kAnswersInFlight = 10'000;     ///< To servers' requests, by one worker.
inline constexpr std::size_t kRevisions = 64;               ///< Distinct ones that servers settle on.
inline constexpr std::size_t kEventIdBytes = 256;           ///< A longer id is not sent as Last-Event-ID.
inline constexpr std::size_t kIdleConnections = 512;        ///< Kept for calls, by one worker.
inline constexpr std::size_t kFilesReserve = 256;           ///< Descriptors of a process that are not streams.
inline constexpr std::size_t kPortsPerPair =
    14'000;  ///< Connections from one source to one destination before connect() slows down.
inline constexpr std::chrono::hours kDurationMost{366 * 24};  ///< Any length of time in a scenario.
inline constexpr double kRateMost = 1e6;                      ///< Calls, churn or opens a second, all workers together.
inline constexpr std::size_t kFrameBytes = 64 * 1024 * 1024;  ///< One message between supervisor and worker.
inline constexpr std::size_t kNoteBytes = 500;                ///< A worker's sentence for the incidents.
inline constexpr std::size_t kNotes = 200;                    ///< Incidents kept of one run; later ones are counted.
inline constexpr std::size_t kAddresses = 256;                ///< Of one destination.
inline constexpr std::size_t kHeaders = 256;                  ///< Fixed headers of all requests.
using wire::limits::kTokenBytes;
inline constexpr std::chrono::seconds kRetryAfterMost{300};  ///< A longer Retry-After is cut to it.
inline constexpr std::chrono::seconds kRetryMost{60};        ///< A longer `retry:` is cut to it.

}  // namespace weir::loadgen::limits
