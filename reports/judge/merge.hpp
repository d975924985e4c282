// The parts of one run, each kept as a journal by its own generator, put together again: second by second, counters,
// gauges and histograms are added up, and told as the one run that they were. What does not belong together is refused;
// what is missing makes the run inconclusive, since its load was not the scenario's.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "reports/judge/results.hpp"

namespace weir::reports::load {

struct ShardJournal {
  std::string name;  ///< Of the file.
  JournalBytes bytes;
};

class ShardMerge {
 public:
  /// In any order. The error is one sentence that names the files which do not belong together.
  static tl::expected<ShardMerge, std::string> open(const std::vector<ShardJournal>& journals);
  /// Of the whole run.
  const JournalHead& head() const WEIR_LIFETIME_BOUND { return head_; }
  /// Tells the run from its beginning to its end, once. With `allow_missing` what is missing is an incident only.
  tl::expected<void, std::string> tell(RunEvents& events, bool allow_missing);

 private:
  struct Part {
    std::string name;
    JournalReader reader;
    std::string label;                 ///< "shard 2/4"
    std::vector<JournalItem> waiting;  ///< What stands before the next second.
    std::optional<Snapshot> next;
    std::optional<Snapshot> latest;  ///< The one that was added last.
    std::size_t phases = 0;          ///< Begun by it.
    std::optional<Closing> closing;
    bool ended = false, interrupted = false;
  };
  tl::expected<void, std::string> read_on(Part& part);
  tl::expected<void, std::string> tell_waiting(Part& part, RunEvents& events);
  tl::expected<bool, std::string> add_second(RunEvents& events);
  void tell_closing(RunEvents& events);
  void tell_left_out(RunEvents& events) const;
  bool interrupted() const;
  std::vector<Incident> missing() const;
  std::vector<Incident> doubts() const;  ///< Of clocks that may not agree.

  JournalHead head_;
  std::vector<Part> parts_;  ///< By their places in the run.
  std::vector<PhaseInfo> phases_;
  std::int64_t before_ns_ = 0;
  bool closing_told_ = false;
  std::size_t incidents_ = 0, invalid_ = 0;  ///< Of the shards, told or left out.
};

/// Judged once. `also`, if any, is told the same: a journal of the whole run.
tl::expected<LoadResults, std::string> results_of_shards(ShardMerge& merge, bool allow_missing, RunEvents* also);

}  // namespace weir::reports::load
