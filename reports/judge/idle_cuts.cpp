#include "reports/judge/idle_cuts.hpp"

#include <algorithm>
#include <cmath>

#include "reports/judge/cut_off.hpp"
#include "wire/base/duration.hpp"
#include "wire/base/known_hops.hpp"

namespace weir::reports::load {
namespace {

constexpr std::uint64_t kWanted = 3;  // So many ends have to agree; fewer where fewer streams were opened.
constexpr double kLeastOfEnds = 0.1;  // A group below is noise beside the others.
constexpr double kOuter = 0.05;       // Left out at both ends: nine of ten lie within.
constexpr Precision kAgePrecision{.resolution_s = 0.25};  // Ends of any age fall into a wider one by chance.
constexpr std::uint64_t kSome = 10;  // Ends of one age that are a fault of some streams, though others became older.
constexpr double kApart = 2;  // Times the spread of ages that they have to lie apart in time, to be no one moment.
constexpr auto kIdle = static_cast<std::size_t>(EndReason::idle_cut);

std::vector<Weighted> seconds_in(const Histogram& histogram) {
  std::vector<Weighted> out;
  histogram.for_each([&](std::uint64_t ns, std::uint64_t count) {
    // No value lies beyond the extremes, which are exact.
    out.push_back({wire::seconds_of(std::clamp(ns, histogram.min(), histogram.max())), count});
  });
  return out;
}

std::uint64_t count_beyond(const Histogram& histogram, double seconds) {
  return histogram.count() - histogram.count_at_most(static_cast<std::uint64_t>(seconds * 1e9));
}

/// Silences that were looked for in less than seconds are told apart as finely. None is shorter than what was looked
/// for.
Precision precision_of(const Histogram& silences) {
  Precision precision;
  precision.resolution_s = std::min(precision.resolution_s, wire::seconds_of(silences.min()) / 2);
  return precision;
}

/// A stream that became older than `ages` without ever being silent for so long. Histograms do not say which stream had
/// which silence; but where more streams became older than there were such silences, some had none.
bool outlived(const PopulationNumbers& numbers, const Cluster& ages, const Precision& precision) {
  const double tolerance = precision.tolerance_s(ages.high);
  const double beyond = ages.high + tolerance;
  std::uint64_t older = 0;
  for (const Histogram& age : numbers.age) { older += count_beyond(age, beyond); }
  return older > count_beyond(numbers[Timer::byte_gap], ages.high + tolerance / 2);
}

/// Where nine of ten of the cluster's ends lie.
void set_bounds(ClockCut& cut, const std::vector<Weighted>& silences, const Cluster& cluster) {
  const double outer = kOuter * static_cast<double>(cluster.count);
  double below = 0;
  cut.low_seconds = cut.high_seconds = cluster.low;
  bool has_low = false;
  for (const Weighted& one : silences) {
    if (!cluster.holds(one.value)) { continue; }
    if (below < static_cast<double>(cluster.count) - outer) { cut.high_seconds = one.value; }
    below += static_cast<double>(one.count);
    if (!has_low && below > outer) {
      cut.low_seconds = one.value;
      has_low = true;
    }
  }
}

/// Takes away at most `count` of the values between `low` and `high`.
void take_away(std::vector<Weighted>& values, double low, double high, std::uint64_t count) {
  for (Weighted& one : values) {
    if (one.value < low || one.value > high) { continue; }
    const std::uint64_t taken = std::min(one.count, count);
    one.count -= taken;
    count -= taken;
  }
  std::erase_if(values, [](const Weighted& one) { return one.count == 0; });
}

/// One clock after the other, that of most streams first: what it explains is no evidence for the next.
void add_cuts(std::vector<ClockCut>& out, const std::string& population, const PopulationNumbers& numbers,
              const Moments& moments) {
  const std::uint64_t all = numbers.idle_age[kIdle].count();
  const Precision precision = precision_of(numbers.idle_age[kIdle]);
  const std::uint64_t needed = std::min(kWanted, std::max<std::uint64_t>(1, numbers[Counter::streams_opened]));
  const auto least = static_cast<std::uint64_t>(std::ceil(kLeastOfEnds * static_cast<double>(all)));
  Ends ends{.silences = seconds_in(numbers.idle_age[kIdle]),
            .ages = seconds_in(numbers.age[kIdle]),
            .moments = {},
            .needed = std::max(needed, least),
            // That a stream had lived through as long a silence is seen at its end: then it is no idle cut.
            .silence_refuted = [](const Cluster&) { return false; },
            .age_refuted = [&](const Cluster& ages) { return outlived(numbers, ages, precision); }};
  const std::int64_t last_ns = std::max(moments.first_ns, moments.last_ns);  // All in one second: at one moment.
  for (std::uint64_t left = all; left > 0;) {
    ends.moments = {{wire::seconds_of(moments.first_ns), 1}, {wire::seconds_of(last_ns), left - 1}};
    const CutOff cut_off = judge_ends(ends, precision);
    const bool or_age = cut_off.kind == CutOff::Kind::silence_or_age;
    if (cut_off.kind != CutOff::Kind::silence && !or_age) { return; }
    const Cluster& cluster = cut_off.cluster;
    ClockCut cut;
    cut.population = population;
    cut.streams = cluster.count;
    set_bounds(cut, ends.silences, cluster);
    cut.matches = known_cutter(cut.low_seconds, cut.high_seconds, or_age ? Counted::silence_or_age : Counted::silence);
    out.push_back(std::move(cut));
    take_away(ends.silences, cluster.low, cluster.high, cluster.count);
    const double slack = precision.tolerance_s(cluster.high);
    take_away(ends.ages, cluster.low - slack, cluster.high + slack, cluster.count);
    left -= cluster.count;
  }
}

/// Most drops of a population, at one age and not at one time, while they were sent something: streams that were silent
/// for long may have been cut for that.
std::optional<ClockCut> age_cut(const PopulationNumbers& numbers, const Moments& moments) {
  Histogram silences, ages;
  for (std::size_t i = 0; i < kEndReasons; ++i) {
    if (!is_drop(static_cast<EndReason>(i))) { continue; }
    silences.merge(numbers.idle_age[i]);
    ages.merge(numbers.age[i]);
  }
  const std::vector<Weighted> values = seconds_in(ages);
  const Cluster cluster = densest(values, kAgePrecision);
  const double tolerance = kAgePrecision.tolerance_s(cluster.high);
  if (cluster.count < std::max(kWanted, ages.count() / 2 + 1)) { return std::nullopt; }
  const double apart = wire::seconds_of(moments.last_ns - moments.first_ns);
  if (apart < tolerance) { return std::nullopt; }
  if (wire::seconds_of(silences.quantile(1 - kOuter)) > cluster.low / 2) { return std::nullopt; }
  const auto became_older = [&](const Histogram& age) { return count_beyond(age, cluster.high + tolerance) > 0; };
  const bool of_some = std::any_of(numbers.age.begin(), numbers.age.end(), became_older);
  if (of_some && (cluster.count < kSome || apart < kApart * tolerance)) { return std::nullopt; }
  ClockCut cut;
  cut.of_some = of_some;
  cut.streams = cluster.count;
  set_bounds(cut, values, cluster);
  cut.matches = known_cutter(cut.low_seconds, cut.high_seconds, Counted::age);
  return cut;
}

}  // namespace

std::string known_cutter(double low_seconds, double high_seconds, Counted counted) {
  // A stream that never said anything was silent for its whole age.
  for (const wire::Counts counts : {wire::Counts::silence, wire::Counts::age}) {
    if (counted == (counts == wire::Counts::age ? Counted::silence : Counted::age)) { continue; }
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

void note_moments(std::vector<CutMoments>& moments, const Snapshot& second) {
  moments.resize(std::max(moments.size(), second.populations.size()));
  const auto note = [&](Moments& of, std::uint64_t ends) {
    if (ends == 0) { return; }
    if (of.first_ns < 0) { of.first_ns = second.at_ns; }
    of.last_ns = second.at_ns - second.span_ns;
  };
  for (std::size_t i = 0; i < second.populations.size(); ++i) {
    note(moments[i].idle, second.populations[i].ends[kIdle]);
    note(moments[i].drops, second.populations[i].drops());
  }
}

std::vector<ClockCut> find_idle_cuts(const Layout& layout, const Snapshot& numbers,
                                     const std::vector<CutMoments>& moments) {
  std::vector<ClockCut> out;
  for (std::size_t i = 0; i < std::min(numbers.populations.size(), layout.populations.size()); ++i) {
    const std::size_t first = out.size();
    add_cuts(out, layout.populations[i].name, numbers.populations[i], i < moments.size() ? moments[i].idle : Moments{});
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
              [](const ClockCut& a, const ClockCut& b) { return a.low_seconds < b.low_seconds; });
  }
  return out;
}

std::vector<ClockCut> find_age_cuts(const Layout& layout, const Snapshot& numbers,
                                    const std::vector<CutMoments>& moments) {
  std::vector<ClockCut> out;
  for (std::size_t i = 0; i < std::min(moments.size(), layout.populations.size()); ++i) {
    auto cut = age_cut(numbers.populations[i], moments[i].drops);
    if (!cut) { continue; }
    cut->population = layout.populations[i].name;
    out.push_back(*std::move(cut));
  }
  return out;
}

}  // namespace weir::reports::load
