#include "reports/judge/idle_cuts.hpp"

#include <algorithm>
#include <cmath>

#include "wire/base/duration.hpp"
#include "wire/base/known_hops.hpp"

namespace weir::reports::load {
namespace {

constexpr int kPoints = 200;          // Of the distribution that are looked at.
constexpr double kStep = 0.5;         // Neighbours further apart than this many seconds ...
constexpr double kShare = 0.02;       // ... and this share belong to two clocks.
constexpr double kLeastOfEnds = 0.1;  // A group below is noise beside the others.
constexpr double kOuter = 0.05;       // Left out at both ends: nine of ten lie within.

double seconds_at(const Histogram& silence, double quantile) { return wire::seconds_of(silence.quantile(quantile)); }

void add_group(std::vector<IdleCut>& out, const std::string& population, const Histogram& silence, int first, int end) {
  const int points = end - first;
  if (points < kLeastOfEnds * kPoints) { return; }
  const int outer = static_cast<int>(kOuter * points);
  const auto at = [&](int point) { return (point + 0.5) / kPoints; };
  IdleCut cut;
  cut.population = population;
  cut.low_seconds = seconds_at(silence, at(first + outer));
  cut.high_seconds = seconds_at(silence, at(end - 1 - outer));
  const std::uint64_t below = first == 0 ? 0 : silence.count_at_most(silence.quantile(at(first - 1)));
  const std::uint64_t upto = end == kPoints ? silence.count() : silence.count_at_most(silence.quantile(at(end - 1)));
  cut.streams = upto - below;
  cut.matches = known_cutter(cut.low_seconds, cut.high_seconds);
  out.push_back(std::move(cut));
}

}  // namespace

std::string known_cutter(double low_seconds, double high_seconds) {
  // A stream that never said anything was silent for its whole age.
  for (const wire::Counts counts : {wire::Counts::silence, wire::Counts::age}) {
    std::vector<wire::KnownHop> found;
    for (const wire::KnownHop& hop : wire::known_hops()) {
      // A clock may be read late, by its own tick and by the network, and our last byte may be a little older than its.
      const double slack = std::max(0.3, hop.seconds * 0.02);
      if (hop.counts == counts && low_seconds >= hop.seconds - slack && high_seconds <= hop.seconds + 2 * slack) {
        found.push_back(hop);
      }
    }
    if (!found.empty()) { return describe(found); }
  }
  return "";
}

std::vector<IdleCut> find_idle_cuts(const Layout& layout, const Snapshot& numbers) {
  std::vector<IdleCut> out;
  for (std::size_t i = 0; i < numbers.populations.size() && i < layout.populations.size(); ++i) {
    const Histogram& silence = numbers.populations[i].idle_age[static_cast<std::size_t>(EndReason::idle_cut)];
    if (silence.empty()) { continue; }
    int first = 0;
    double before = seconds_at(silence, 0.5 / kPoints);
    for (int point = 1; point < kPoints; ++point) {
      const double here = seconds_at(silence, (point + 0.5) / kPoints);
      if (here - before > std::max(kStep, before * kShare)) {
        add_group(out, layout.populations[i].name, silence, first, point);
        first = point;
      }
      before = here;
    }
    add_group(out, layout.populations[i].name, silence, first, kPoints);
  }
  return out;
}

}  // namespace weir::reports::load
