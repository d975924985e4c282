// Whether the generator kept up: a run in which it did not says nothing about the target.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "reports/judge/results.hpp"

namespace weir::reports::load {

/// Why the span is inconclusive, one sentence each: lag beyond the bound, ports or descriptors that ran out, streams
/// that we lost track of. Empty: it counts. `least_samples`: with fewer nothing is said of a lag.
std::vector<std::string> generator_problems(const RunInfo& run, const Layout& layout, const PhaseResult& span,
                                            std::uint64_t least_samples = 1);

/// Where delivery delays are judged by a clock that is ahead of ours, or is set: what they say is not so.
std::optional<std::string> clock_problem(const std::vector<ThresholdResult>& thresholds, const Layout& layout,
                                         const PhaseResult& total);

/// The minute of a run in which we were latest: four of them are nothing in the percentiles of eight hours.
class WorstMinute {
 public:
  void add(const Snapshot& second);
  std::vector<std::string> problems(const RunInfo& run) const;

 private:
  struct Lag {
    Timer timer;
    std::string_view name;
    Histogram of_minute;
    std::uint64_t worst_ns = 0;
    std::int64_t worst_minute = -1;
  };
  static void close(Lag& lag, std::int64_t minute);

  std::array<Lag, 2> lags_ = {Lag{Timer::schedule_lag, "schedule", {}}, Lag{Timer::client_lag, "client", {}}};
  std::int64_t minute_ = 0;
};

/// "the workers were 12 % busy on average, 31 % in the worst second", or "".
std::string describe_busy(const WorkerUse& use);

}  // namespace weir::reports::load
