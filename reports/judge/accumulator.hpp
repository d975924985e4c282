// The results of a run out of what happened in it, second by second, in memory for phases and not for hours. The
// supervisor feeds one with the run, weir-report another one with the journal: there is no second way to a verdict.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "reports/judge/idle_cuts.hpp"
#include "reports/judge/results.hpp"
#include "reports/judge/tally.hpp"
#include "reports/judge/timeline.hpp"
#include "reports/judge/validity.hpp"
#include "wire/base/lifetime.hpp"

namespace weir::reports::load {

class Accumulator final : public RunEvents {
 public:
  Accumulator(RunInfo run, Layout layout);

  void begin(const PhaseInfo& phase) override;
  void second(const Snapshot& second) override;
  void incident(const Incident& incident) override;
  void invalid(const Incident& why) override;
  void judged(const SearchStep& step) override;
  void closing(const Closing& closing) override;
  void end(bool interrupted) override;

  /// The verdict on the phase that was begun last, by its seconds so far. Who asks tells it with judged().
  SearchStep judge_step() const;
  /// Thresholds by the numbers so far, and whether the generator has kept up: for those who watch. `results()` decides.
  std::vector<ThresholdResult> thresholds() const;
  bool valid() const;
  const Snapshot& totals() const WEIR_LIFETIME_BOUND { return total_.result().numbers; }
  const Layout& layout() const WEIR_LIFETIME_BOUND { return layout_; }

  /// Of all until now. Thresholds are judged, idle cuts read off, the exit code decided here.
  LoadResults results() const;

 private:
  std::vector<std::string> find_invalid() const;
  std::string_view unasked() const WEIR_LIFETIME_BOUND;

  RunInfo run_;
  Layout layout_;
  Tally total_;
  Tally counted_;                     ///< Without the steps of a search that did not pass: they were meant not to.
  std::optional<Tally> before_step_;  ///< counted_ as it was before a step that is not judged yet.
  std::vector<Tally> phases_;
  std::vector<bool> counts_;  ///< Of each phase: whether it belongs to counted_.
  Timeline timeline_;
  WorstMinute worst_minute_;
  std::vector<CutMoments> cut_moments_;
  std::vector<SearchStep> steps_;
  std::vector<Incident> incidents_;
  std::vector<std::string> invalid_;
  std::int64_t closing_ns_ = INT64_MAX;
  bool ended_ = false, interrupted_ = false;
};

/// The results of a journal, up to its last whole second.
tl::expected<LoadResults, std::string> results_of_journal(JournalBytes bytes);

}  // namespace weir::reports::load
