#include "loadgen/client/pacer.hpp"

#include <algorithm>
#include <cmath>

namespace weir::loadgen {
namespace {

// Holds the product of two 64-bit factors.
__extension__ using Wide = __int128;

/// Neighbouring seeds and shares give unrelated sequences (the finalizer of SplitMix64).
std::uint64_t mix(std::uint64_t seed, std::uint64_t share) {
  std::uint64_t x = seed + (share + 1) * 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31);
}

/// In [0, 1), the same on every platform.
double uniform(std::mt19937_64& random) { return std::ldexp(static_cast<double>(random() >> 11), -53); }

}  // namespace

std::int64_t share_of(std::int64_t total, std::uint32_t index, std::uint32_t count) {
  return total / count + (static_cast<std::int64_t>(index) < total % count ? 1 : 0);
}

std::int64_t Line::at(std::int64_t ns) const {
  if (ns >= start_ns + over_ns) { return to; }
  if (ns <= start_ns) { return from; }
  return from + static_cast<std::int64_t>(static_cast<Wide>(to - from) * (ns - start_ns) / over_ns);
}

std::int64_t Line::reaches(std::int64_t level) const {
  const std::int64_t rise = std::abs(to - from);
  const std::int64_t part = std::min(std::abs(level - from), rise);
  if (part == 0 || over_ns <= 0) { return start_ns; }
  return start_ns + static_cast<std::int64_t>((static_cast<Wide>(part) * over_ns + rise - 1) / rise);
}

Arrivals::Arrivals(double per_second, Arrival process, std::uint32_t share, std::uint32_t shares, std::uint64_t seed)
    : per_second_(per_second), process_(process), shares_(shares), random_(mix(seed, share)) {
  next_position_ = process == Arrival::uniform ? share : step();
}

double Arrivals::step() {
  if (process_ == Arrival::uniform) { return shares_; }
  return -std::log1p(-uniform(random_)) * shares_;
}

void Arrivals::take() {
  next_position_ += step();
  find_next();
}

void Arrivals::scale(std::int64_t at_ns, double scale) {
  const double reached = now_.position + static_cast<double>(at_ns - now_.from_ns) * now_.per_ns;
  before_ = now_;
  now_ = {at_ns, reached, std::max(0.0, per_second_ * scale / static_cast<double>(kSecond))};
  find_next();
}

void Arrivals::find_next() {
  const Span& span = next_position_ < now_.position ? before_ : now_;
  const double ahead = next_position_ - span.position;
  if (span.per_ns > 0) {
    const double wait_ns = std::ceil(ahead / span.per_ns);
    next_ns_ = wait_ns < 4e18 ? span.from_ns + static_cast<std::int64_t>(wait_ns) : INT64_MAX;
  } else {
    // Due before a stop that is two changes of rate ago: overdue, whenever it was.
    next_ns_ = ahead < 0 ? span.from_ns : INT64_MAX;
  }
}

std::int64_t full_jitter(std::int64_t base_ns, std::int64_t cap_ns, std::uint32_t attempt, std::mt19937_64& random) {
  const double grown = std::ldexp(static_cast<double>(base_ns), static_cast<int>(std::min(attempt, 1000U)));
  const double most = std::min(static_cast<double>(cap_ns), grown);
  return most <= 0 ? 0 : static_cast<std::int64_t>(uniform(random) * most);
}

}  // namespace weir::loadgen
