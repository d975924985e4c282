// A named limit for everything that a kept result can make big. Who runs a load keeps to them; a journal that does not
// is refused, as it may come from anywhere.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weir::reports::load::limits {

inline constexpr std::size_t kJournalPipedBytes = std::size_t{4} * 1024 * 1024 * 1024;  ///< A journal that is no file.
inline constexpr std::size_t kRecordBytes = 64 * 1024 * 1024;  ///< A second of many histograms.
inline constexpr std::size_t kHeadBytes = 16 * 1024 * 1024;    ///< The run, and its scenario.
inline constexpr std::size_t kTextBytes = 64 * 1024;           ///< A record with the name of a phase, or an incident.
inline constexpr std::size_t kPhases = 1'000;                  ///< Of a run, steps of a search included.
inline constexpr std::size_t kIncidents = 60'000;        ///< Of a journal, and as many reasons why its run is invalid.
inline constexpr std::size_t kIncidentsMerged = 10'000;  ///< Told of all shards; later ones are counted.
inline constexpr std::uint32_t kShards = 10'000;         ///< Of a run.
inline constexpr std::size_t kShardsNamed = 20;          ///< Of those that are missing; others are counted.
inline constexpr std::size_t kPopulations = 32;
inline constexpr std::size_t kTools = 64;  ///< Of one population.
inline constexpr std::size_t kThresholds = 1'000;
inline constexpr std::int64_t kTimeNs = std::int64_t{1} << 60;   ///< Any time of a run, from its start: 36 years.
inline constexpr std::int64_t kUnixNs = std::int64_t{1} << 61;   ///< Any time since 1970.
inline constexpr std::int64_t kAtATime = std::int64_t{1} << 48;  ///< Any gauge, streams among them.

}  // namespace weir::reports::load::limits
