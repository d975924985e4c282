// What a worker is to do and when, from its orders alone: opens and closes along lines, churn, drops, call rates. Knows
// no stream; a late worker gets everything that it missed, each with the time for which it was intended.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

#include "loadgen/client/pacer.hpp"
#include "loadgen/worker/protocol.hpp"

namespace weir::loadgen {

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();  ///< Of a time in nanoseconds.

struct Action {
  enum class What : std::uint8_t { add, remove, churn, drop_all, scale_calls };
  What what = What::add;
  std::uint32_t population = 0;
  std::int64_t intended_ns = 0;
  double scale = 1;
};

class Schedule {
 public:
  /// `index` of `count` workers: staggers churn, so that workers do not all act at the same instant.
  Schedule(std::size_t populations, std::uint32_t index, std::uint32_t count);

  /// Orders are begun in the order of their times; what the one before had not finished is cut off there.
  void order(PhaseOrder order);
  /// Appends what is due at `now_ns` and has not been given out yet.
  void due(std::int64_t now_ns, std::vector<Action>& actions);
  /// When due() next has something; kNever: not without a further order.
  std::int64_t next_ns() const;
  /// The phase in force: that of the latest order that was begun.
  std::uint32_t phase() const { return phase_; }
  /// Streams that a population should have by what was given out.
  std::int64_t wanted(std::size_t population) const { return tracks_[population].level; }

 private:
  struct Track {
    Line line;
    std::int64_t level = 0;
    double churn_per_second = 0;
    std::int64_t churned = 0;
  };
  void begin(const PhaseOrder& order, std::vector<Action>& actions);
  void follow(std::int64_t until_ns, std::vector<Action>& actions);
  std::int64_t churn_ns(const Track& track) const;

  std::vector<Track> tracks_;
  std::deque<PhaseOrder> orders_;
  double stagger_;
  std::int64_t begun_ns_ = 0;
  std::uint32_t phase_ = 0;
};

}  // namespace weir::loadgen
