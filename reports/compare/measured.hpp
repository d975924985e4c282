// What of a load run is compared: one table, and how each row is read off the blocks of a phase.
#pragma once

#include <string>
#include <vector>

#include "reports/compare/blocks.hpp"
#include "reports/judge/format.hpp"
#include "reports/judge/measures.hpp"

namespace weir::reports::compare {

/// All, a population, or a tool of a population.
struct Part {
  std::string population, tool;
  std::size_t index = 0;  ///< Into Block::open.
  std::string name() const;
};
std::vector<Part> parts_of(const load::Layout& layout);

struct PartOfBlock {
  const Block* block;
  const Part* part;
  load::Scope scope;
};

/// Times: quantiles of what Scope has a histogram of. More is worse.
struct TimedRow {
  std::string_view name;  ///< With _p50, _p90 and _p99 behind it.
  load::Histogram (*of)(const load::Scope&);
  bool steady = false;  ///< Whatever becomes of the streams, there are samples: to have none any more is no good sign.
  bool of_calls = false;
};
const std::vector<TimedRow>& timed_rows();

/// Counts over something. Rare ones are bad and are tested exactly; steady ones are good, and bootstrapped.
struct CountedRow {
  enum class Kind { bad, good };
  std::string_view name;
  load::Unit unit;
  Kind kind;
  double scale;  ///< Of a count over what it is counted over, to the unit.
  double (*count)(const PartOfBlock&);
  double (*over)(const PartOfBlock&);
  bool of_calls = false;
};
const std::vector<CountedRow>& counted_rows();

}  // namespace weir::reports::compare
