#include "reports/compare/onset.hpp"

#include <cmath>

namespace weir::reports::compare {

Onset find_onset(const std::vector<double>& counts, const std::vector<double>& expected, bool more) {
  Onset best;
  for (std::size_t from = 0; from < counts.size(); ++from) {
    double seen = 0, wanted = 0;
    for (std::size_t to = from; to < counts.size(); ++to) {
      seen += counts[to];
      wanted += expected[to];
      if (wanted <= 0 || (more ? seen <= wanted : seen >= wanted)) { continue; }
      const double strength = (seen > 0 ? seen * std::log(seen / wanted) : 0) - (seen - wanted);
      if (strength > best.strength) { best = {from, to + 1, strength}; }
    }
  }
  return best;
}

}  // namespace weir::reports::compare
