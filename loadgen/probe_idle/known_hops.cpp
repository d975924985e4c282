#include "loadgen/probe_idle/known_hops.hpp"

namespace weir::loadgen {

std::vector<KnownHop> matching_hops(const Bracket& bracket, Counts counts, double scale) {
  std::vector<KnownHop> found;
  for (const KnownHop& hop : known_hops()) {
    const double value = hop.seconds * scale;
    if (hop.counts == counts && bracket.alive_s < value && value < bracket.dead_s) { found.push_back(hop); }
  }
  return found;
}

}  // namespace weir::loadgen
