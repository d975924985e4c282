// Since when, and until when: the stretch of time in which a count is the least like what was expected.
#pragma once

#include <cstddef>
#include <vector>

namespace weir::reports::compare {

struct Onset {
  std::size_t from = 0, to = 0;  ///< Blocks [from, to).
  double strength = 0;           ///< The logarithm of the likelihood ratio; 0: there is none.
};

/// The scan statistic for Poisson counts (Kulldorff 1997) over every stretch of blocks, where there are `more` than
/// expected or fewer. All of `expected` are 0 or more.
Onset find_onset(const std::vector<double>& counts, const std::vector<double>& expected, bool more);

}  // namespace weir::reports::compare
