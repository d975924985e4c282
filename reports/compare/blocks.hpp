// A load run cut into blocks of equal time within each of its phases: what two runs are compared by.
#pragma once

#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "reports/judge/accumulator.hpp"

namespace weir::reports::compare {

struct Block {
  load::PhaseResult span;
  /// Of all populations together, then of each: streams open and wanted, added up over the seconds.
  std::vector<double> open, wanted;
};

struct RecordedPhase {
  load::PhaseInfo info;
  std::int64_t block_ns = 0;
  std::vector<Block> blocks;
};

struct RecordedRun {
  load::LoadResults results;
  std::vector<RecordedPhase> phases;
};

inline constexpr double kShortestBlockSeconds = 1;
inline constexpr double kBlockSeconds =
    30;  ///< Of minutes, up to a minute of hours: seconds resemble their neighbours.
inline constexpr std::size_t kFewestBlocks = 10;  ///< A short phase has shorter blocks, down to a second.
inline constexpr std::size_t kMostBlocks = 120;   ///< A long one longer blocks: more of them tell no more.

/// The length of the blocks of a phase of that length, whole seconds.
std::int64_t block_length_ns(std::int64_t phase_ns);

/// A whole journal. The error is one sentence.
tl::expected<RecordedRun, std::string> read_run(const load::JournalBytes& journal);

}  // namespace weir::reports::compare
