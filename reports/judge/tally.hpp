// The seconds of a phase, or of a whole run, as one: in the memory of one of them, however long it is.
#pragma once

#include <vector>

#include "reports/judge/results.hpp"

namespace weir::reports::load {

class Tally {
 public:
  /// What `before` saw last is where this one begins; null: nothing came before.
  Tally(const Layout& layout, PhaseInfo info, const Tally* before = nullptr);

  /// In the order of time. Seconds in which the streams are being closed do not count for OpenRange.
  void add(const Snapshot& second, bool closing = false);

  PhaseInfo& info() { return out_.info; }
  const PhaseResult& result() const { return out_; }

 private:
  struct Gauges {
    std::int64_t open = 0, wanted = 0;
  };
  void use(const Snapshot& second);

  PhaseResult out_;
  std::vector<Gauges> last_;  ///< Of all together, then of each population.
  // Of the second before, within this tally.
  std::int64_t before_ns_ = -1, before_cpu_ns_ = 0, before_alive_ = 0;
  std::int64_t most_open_ = -1;
  double cpu_ = 0, time_ = 0;
};

}  // namespace weir::reports::load
