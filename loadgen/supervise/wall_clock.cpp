#include "loadgen/supervise/wall_clock.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "wire/base/duration.hpp"
#include "wire/base/text.hpp"

namespace weir::loadgen {

namespace {

/// Both clocks are slewed alike, so a distance that changes was set; less than this harms nobody.
constexpr std::int64_t kLeastStep = 100 * wire::kMillisecond;
constexpr std::int64_t kAtOnce = 5 * wire::kMillisecond;

}  // namespace

WallClock::WallClock(Read wall_ns, Read monotonic_ns)
    : wall_ns_(std::move(wall_ns)), monotonic_ns_(std::move(monotonic_ns)), known_(distance()) {}

std::optional<std::int64_t> WallClock::distance() const {
  const auto before = monotonic_ns_();
  const auto wall = wall_ns_();
  const auto after = monotonic_ns_();
  return after - before <= kAtOnce ? std::optional(wall - before) : std::nullopt;
}

std::int64_t WallClock::set_by() {
  const auto now = distance();
  if (!now) { return 0; }
  const auto by = *now - known_.value_or(*now);
  if (known_ && std::abs(by) < kLeastStep) { return 0; }
  known_ = now;
  return by;
}

std::string describe_set_clock(std::int64_t by_ns) {
  return fmt::format("the clock of this machine was set {} by {}", by_ns < 0 ? "back" : "forward",
                     wire::readable_time(std::abs(by_ns) / wire::kMillisecond));
}

}  // namespace weir::loadgen
