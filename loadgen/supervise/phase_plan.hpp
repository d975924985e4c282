// The phases of a scenario as a sequence of steps in time, and each step as the orders of every worker. Pure: numbers
// in, numbers out. Steps begin and end at whole seconds of the run, so that a second belongs to one step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "loadgen/scenario/scenario.hpp"
#include "loadgen/scenario/search.hpp"
#include "loadgen/worker/protocol.hpp"

namespace weir::loadgen {

/// A phase, or one step of a search.
struct PhaseStep {
  std::uint32_t index = 0;  ///< Of the run's phases.
  std::size_t phase = 0;    ///< Of the scenario's phases.
  std::string name;
  Phase::Kind kind = Phase::Kind::hold;
  std::int64_t streams = 0;    ///< Of the whole run, at its end.
  std::int64_t over_ns = 0;    ///< Until then.
  std::int64_t length_ns = 0;  ///< Whole seconds.
  double churn_per_second = 0;
  double call_scale = 1;
  bool drop_all = false;
};

class PhasePlan {
 public:
  PhasePlan(const Scenario& scenario, std::int64_t second_ns);

  /// The step after the last one; nullopt: the scenario is over. After a step of a search, judged() comes first.
  std::optional<PhaseStep> next();
  void judged(reports::load::SearchStep step);
  /// What the search found; nullopt where there was none.
  const std::optional<reports::load::SearchResult>& search() const { return search_; }
  /// How long the steps not yet given out take; -1 where a search decides.
  std::int64_t rest_ns() const;

 private:
  std::int64_t length_of(const Phase& phase) const;
  std::int64_t over_of(const Phase& phase, std::int64_t from, std::int64_t to) const;
  PhaseStep step_of(const Phase& phase, std::int64_t streams);

  const Scenario& scenario_;
  std::int64_t second_ns_;
  std::size_t phase_ = 0;
  std::uint32_t steps_ = 0;
  std::int64_t level_ = 0;                 ///< Streams at the end of the last step.
  std::int64_t base_ = 0;                  ///< Streams that a spike or a search came from.
  std::optional<std::int64_t> search_at_;  ///< Streams of the search's step under way.
  std::vector<reports::load::SearchStep> searched_;
  std::optional<reports::load::SearchResult> search_;
};

/// What is left of a step for a shard that joins it so long after its beginning, with no stream yet: as many streams as
/// there are to be at the step's end, by then; where that is at once, as fast as `hold` opens its streams.
PhaseStep joined(PhaseStep step, std::int64_t after_ns, double opens_per_second, std::uint32_t shards);

/// One of the workers of one of the shards.
struct Share {
  std::uint32_t worker = 0, workers = 1;
  std::uint32_t shard = 0, shards = 1;
};

/// `total` streams over the populations by their weights: the largest remainders get what is left over.
std::vector<std::int64_t> spread(const std::vector<Population>& populations, std::int64_t total);

/// What this worker is to do in a step that begins at `at_ns` (CLOCK_MONOTONIC).
PhaseOrder order_of(const Scenario& scenario, const PhaseStep& step, const Share& share, std::int64_t at_ns);

}  // namespace weir::loadgen
