// When things are due, as pure functions of time: a share of a rate, a share of a ramp. All workers and shards together
// do exactly the whole, whatever their number, and none has to know what the others did.
#pragma once

#include <cstdint>
#include <random>

#include "loadgen/scenario/scenario.hpp"

namespace weir::loadgen {

/// Share `index` of `count` of `total` whole things; the shares add up to the total, and none of them shrinks while the
/// total grows.
std::int64_t share_of(std::int64_t total, std::uint32_t index, std::uint32_t count);

/// A line from `from` at `start_ns` to `to` at `start_ns + over_ns`, constant outside.
struct Line {
  std::int64_t start_ns = 0;
  std::int64_t over_ns = 0;
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::int64_t at(std::int64_t ns) const;
  /// When the line first reaches `level` (between from and to); start_ns where it stands there already.
  std::int64_t reaches(std::int64_t level) const;
};

/// The times of one open-loop stream of arrivals: this share's part of `per_second`. The whole stream has a *position*
/// that grows by one with each arrival. Uniform: arrival k of the whole is due when the position reaches k, the first
/// at once, and share i of n takes the arrivals i, i+n, i+2n ... Poisson: each share is a Poisson process of its own,
/// and so is their union.
class Arrivals {
 public:
  /// Stands still until scale() is called.
  Arrivals(double per_second, Arrival process, std::uint32_t share, std::uint32_t shares, std::uint64_t seed);
  /// The next time that is due and not yet taken.
  std::int64_t next_ns() const { return next_ns_; }
  void take();
  /// From `at_ns` on the rate is multiplied by `scale`, without a jump in the position: what was due before stays due
  /// when it was. 0 stops: next_ns() is INT64_MAX once what was due before has been taken. Calls come in the order of
  /// `at_ns`.
  void scale(std::int64_t at_ns, double scale);

 private:
  /// A span of constant rate: the position is `position` at `from_ns`.
  struct Span {
    std::int64_t from_ns = 0;
    double position = 0;
    double per_ns = 0;
  };
  double step();
  void find_next();

  double per_second_;
  Arrival process_;
  std::uint32_t shares_;
  std::mt19937_64 random_;
  Span before_, now_;
  double next_position_ = 0;  // Of this share's next arrival.
  std::int64_t next_ns_ = INT64_MAX;
};

/// Full jitter: uniform in [0, min(cap, base * 2^attempt)), attempt counted from 0.
std::int64_t full_jitter(std::int64_t base_ns, std::int64_t cap_ns, std::uint32_t attempt, std::mt19937_64& random);

}  // namespace weir::loadgen
