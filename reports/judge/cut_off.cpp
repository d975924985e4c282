#include "reports/judge/cut_off.hpp"

#include <algorithm>

namespace weir::reports {
namespace {

std::uint64_t count_of(const std::vector<Weighted>& values) {
  std::uint64_t sum = 0;
  for (const Weighted& one : values) { sum += one.count; }
  return sum;
}

/// What ends have in common lies so many times closer together than what they have not.
constexpr double kCloser = 4;

/// Ends of one clock would lie closer together than these do, all of which came at `moments`.
bool spread_out(const std::vector<Weighted>& values, const Cluster& moments, const Ends& ends,
                const Precision& precision) {
  if (values.empty()) { return false; }
  const auto [low, high] = std::minmax_element(values.begin(), values.end(),
                                               [](const Weighted& a, const Weighted& b) { return a.value < b.value; });
  const double spread = high->value - low->value;
  if (spread > precision.tolerance_s(high->value)) { return true; }
  return ends.known_within_s > 0 && spread > std::max(kCloser * (moments.high - moments.low), ends.known_within_s);
}

/// A restart lets streams of many ages end; with a heartbeat they were silent for about as long, and had been before.
bool at_one_moment(const Ends& ends, std::uint64_t all, const Cluster& silences, const Precision& precision) {
  const Cluster moments = densest(ends.moments, {precision.resolution_s, 0});
  if (moments.count != all || all < 2 || !spread_out(ends.ages, moments, ends, precision)) { return false; }
  return spread_out(ends.silences, moments, ends, precision) || ends.silence_refuted(silences);
}

}  // namespace

double Precision::tolerance_s(double value_s) const { return std::max(resolution_s, relative * value_s); }

Cluster densest(std::vector<Weighted> values, const Precision& precision) {
  std::sort(values.begin(), values.end(), [](const Weighted& a, const Weighted& b) { return a.value < b.value; });
  Cluster best;
  std::size_t first = 0;
  std::uint64_t count = 0;
  for (const Weighted& last : values) {
    count += last.count;
    for (; last.value - values[first].value > precision.tolerance_s(last.value); ++first) {
      count -= values[first].count;
    }
    if (count > best.count) { best = {values[first].value, last.value, count}; }
  }
  return best;
}

bool lived_through(double silence_s, double longest_gap_s, const Precision& precision) {
  return longest_gap_s > silence_s - precision.tolerance_s(silence_s) / 2;
}

CutOff judge_ends(const Ends& ends, const Precision& precision) {
  using Kind = CutOff::Kind;
  const std::uint64_t all = count_of(ends.silences);
  if (all == 0 || all < ends.needed) { return {Kind::none, {.count = all}}; }
  const Cluster silences = densest(ends.silences, precision);
  const Cluster ages = densest(ends.ages, precision);
  if (ages.count >= ends.needed && ages.high < precision.resolution_s / 2) { return {Kind::at_once, ages}; }
  if (at_one_moment(ends, all, silences, precision)) { return {Kind::simultaneous, {}}; }
  const bool by_silence = silences.count >= ends.needed && !ends.silence_refuted(silences);
  const bool by_age = ages.count >= ends.needed && !ends.age_refuted(ages);
  if (by_silence && (!by_age || silences.count > ages.count)) { return {Kind::silence, silences}; }
  if (by_age && (!by_silence || ages.count > silences.count)) { return {Kind::age, ages}; }
  if (by_silence) { return {Kind::silence_or_age, silences}; }
  return {Kind::none, {.count = std::max(silences.count, ages.count)}};
}

}  // namespace weir::reports
