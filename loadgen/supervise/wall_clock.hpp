// Whether somebody sets the wall clock of this machine during a run. All that a run measures is timed by the monotonic
// clock, which nobody sets; only what is compared with clocks elsewhere depends on the other one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace weir::loadgen {

class WallClock {
 public:
  using Read = std::function<std::int64_t()>;
  /// Nanoseconds of a wall clock, and of one that only goes on.
  WallClock(Read wall_ns, Read monotonic_ns);
  /// By how much it has been set since it was last told of; 0: it has not.
  std::int64_t set_by();

 private:
  /// How far the one is before the other; nullopt where something came between the two readings.
  std::optional<std::int64_t> distance() const;

  Read wall_ns_, monotonic_ns_;
  std::optional<std::int64_t> known_;
};

/// "the clock of this machine was set forward by 3600.0 s"
std::string describe_set_clock(std::int64_t by_ns);

}  // namespace weir::loadgen
