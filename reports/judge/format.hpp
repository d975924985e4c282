// Numbers of a load run for people.
#pragma once

#include <cstdint>
#include <string>

namespace weir::reports::load {

/// What a number means: how it is written, and which suffixes it may have in a threshold.
enum class Unit : std::uint8_t { seconds, ratio, count, per_second, bytes, number };
std::string_view to_string(Unit unit);  ///< "seconds", "ratio", "count", "per second", "bytes", "number"

std::string readable_seconds(double seconds);  ///< "12.3 us", "1.24 ms", "59.9 s", "3600 s"
std::string readable_bytes(double bytes);      ///< "412 B", "1.50 MiB"
std::string readable(Unit unit, double value);
/// "1 stream", "2,000 streams"
std::string counted(std::uint64_t count, std::string_view singular);

}  // namespace weir::reports::load
