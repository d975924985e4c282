#include "reports/judge/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/judge/measures.hpp"
#include "wire/base/duration.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

/// "http_401 (5,000)": what most attempts came to. That they were not over with the run is no cause beside one.
std::string main_failure(const Scope& scope) {
  std::size_t most = 0;
  std::array<std::uint64_t, kOpenFailures> sums{};
  for (std::size_t i = 0; i < kOpenFailures; ++i) {
    sums[i] = scope.failed(static_cast<OpenFailure>(i));
    const bool later = static_cast<OpenFailure>(most) == OpenFailure::unfinished && sums[i] > 0;
    const bool earlier = static_cast<OpenFailure>(i) == OpenFailure::unfinished && sums[most] > 0;
    if (!earlier && (later || sums[i] > sums[most])) { most = i; }
  }
  if (sums[most] == 0) { return "no attempt came to an end"; }
  return fmt::format("{} of {} ended in {}", wire::grouped(sums[most]), counted(scope.open_failures(), "attempt"),
                     to_string(static_cast<OpenFailure>(most)));
}

bool is_of_drops(const Threshold& threshold) {
  return threshold.measure.starts_with("stream_drop") || threshold.measure.starts_with("drops_");
}

/// "; 81 streams were cut at the age of 60.0 s (a 60 s hop: ...)": what most drops came to, where one clock made them.
std::string by_a_clock(const LoadResults& results) {
  const ClockCut* most = nullptr;
  bool of_age = false;
  for (const auto* cuts : {&results.idle_cuts, &results.age_cuts}) {
    for (const ClockCut& cut : *cuts) {
      if (most && most->streams >= cut.streams) { continue; }
      most = &cut;
      of_age = cuts == &results.age_cuts;
    }
  }
  if (!most) { return {}; }
  const std::string after = readable_seconds((most->low_seconds + most->high_seconds) / 2);
  const std::string whose = results.layout.populations.size() > 1 ? " of " + most->population : "";
  if (most->of_some) {
    return fmt::format("; {}{} ended at the age of {}, others became older", counted(most->streams, "stream"), whose,
                       after);
  }
  return fmt::format("; {}{} {} cut {}{}", counted(most->streams, "stream"), whose, most->streams == 1 ? "was" : "were",
                     of_age ? fmt::format("at the age of {}", after) : fmt::format("after {} of silence", after),
                     most->matches.empty() ? "" : fmt::format(" ({})", most->matches));
}

/// "; 10 streams ended at the age of 5.25 s": streams that were opened one after the other and ended at one age were
/// not dropped at one moment, however close to each other they ended.
std::string at_one_age(const LoadResults& results, std::size_t dropped_at) {
  constexpr double kTight = 0.25, kOutside = 0.05, kTogether = 0.9;
  std::uint64_t opened_before = 0, at_once = 0;
  for (std::size_t i = 0; i + 1 < dropped_at; ++i) {
    opened_before += results.timeline[i].opened;
    at_once = std::max(at_once, results.timeline[i].opened);
  }
  const Histogram ages = scope_of(results.total, results.layout, "", "").age();
  const double low = wire::seconds_of(ages.quantile(kOutside)), high = wire::seconds_of(ages.quantile(1 - kOutside));
  const bool together = static_cast<double>(at_once) > kTogether * static_cast<double>(opened_before);
  if (together || opened_before == 0 || high - low > kTight) { return {}; }
  return fmt::format("; {} ended at the age of {}", counted(ages.count(), "stream"),
                     readable_seconds((low + high) / 2));
}

/// ", attempts failed from 10.0 s to 15.0 s (refused)": what a restart looks like from without.
std::string while_refused(const LoadResults& results) {
  const auto& points = results.timeline;
  const auto failed = [](const Point& one) { return one.not_opened > 0; };
  const auto first = std::find_if(points.begin(), points.end(), failed);
  if (first == points.end()) { return {}; }
  const auto last = std::find_if(points.rbegin(), points.rend(), failed);
  const bool to_the_end = last - points.rbegin() < 3;
  return fmt::format(", attempts to open failed from {} {}: {}", readable_seconds(first->at_seconds),
                     to_the_end ? "on" : "to " + readable_seconds(last->at_seconds),
                     main_failure(scope_of(results.total, results.layout, "", "")));
}

/// "; 40 streams were dropped at one moment, 7.00 s after the start": a restart, which is no clock.
std::string at_one_moment(const LoadResults& results) {
  constexpr std::uint64_t kFew = 10;
  constexpr std::size_t kPointsOfMoment = 2, kPointsLeast = 6;
  constexpr double kMost = 0.9;
  constexpr double kMomentSeconds = 3;
  const auto& points = results.timeline;
  std::uint64_t all = 0, most = 0;
  std::size_t when = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    all += points[i].dropped;
    const std::uint64_t here = points[i].dropped + (i > 0 ? points[i - 1].dropped : 0);
    if (here > most) {
      most = here;
      when = i;
    }
  }
  if (points.size() < kPointsLeast || most < kFew || static_cast<double>(most) < kMost * static_cast<double>(all)) {
    return {};
  }
  // Points of a long run are further apart.
  const double begin = when < kPointsOfMoment ? 0 : points[when - kPointsOfMoment].at_seconds;
  if (points[when].at_seconds - begin > kMomentSeconds) { return {}; }
  if (const std::string age = at_one_age(results, when); !age.empty()) { return age; }
  when -= points[when].dropped == 0 ? kPointsOfMoment - 1 : 0;
  return fmt::format("; {} were dropped at one moment, {} after the start", counted(most, "stream"),
                     readable_seconds(points[when].at_seconds)) +
         while_refused(results);
}

std::string failed_thresholds(const LoadResults& results) {
  std::string first;
  std::uint64_t failed = 0;
  bool of_drops = false;
  for (const ThresholdResult& one : results.thresholds) {
    if (one.passed) { continue; }
    if (failed++ == 0) { first = one.message; }
    of_drops = of_drops || is_of_drops(one.threshold);
  }
  if (of_drops) {
    const std::string clock = by_a_clock(results);
    first += clock.empty() ? at_one_moment(results) : clock;
  }
  return failed == 1 ? fmt::format("A threshold failed: {}.", first)
                     : fmt::format("{} failed, the first: {}.", counted(failed, "threshold"), first);
}

}  // namespace

void decide(LoadResults& results, bool interrupted, std::string_view unasked) {
  const auto say = [&](ExitCode code, std::string reason) {
    results.exit_code = code;
    results.exit_reason = std::move(reason);
  };
  const Scope scope = scope_of(results.total, results.layout, "", "");
  const std::string ran = readable_seconds(wire::seconds_of(results.duration_ns));
  if (interrupted) {
    return say(ExitCode::interrupted, fmt::format("Interrupted after {}; what was measured until then stands.", ran));
  }
  if (!results.invalid.empty()) {
    return say(ExitCode::inconclusive, fmt::format("Says nothing about the target: {}.", results.invalid.front()));
  }
  if (!unasked.empty()) { return say(ExitCode::unreachable, std::string(unasked)); }
  // Plain calls need no stream: where they were answered, and none was wanted, nothing is missing.
  const bool calls_alone = scope.sum(Counter::opens_intended) == 0 && scope.call_latency().count() > 0;
  if (scope.sum(Counter::streams_opened) == 0 && results.total.open.peak == 0 && !calls_alone) {
    return say(ExitCode::unreachable, fmt::format("No {} was ever held: {}.", scope.held, main_failure(scope)));
  }
  if (!results.complete) {
    return say(ExitCode::inconclusive,
               fmt::format("The run was killed; what was measured in its first {} stands.", ran));
  }
  if (results.search && results.search->largest_passing < 0) {
    return say(ExitCode::target_fails,
               fmt::format("Not even the first step of the search passed: {}.", results.search->limited_by));
  }
  const bool passed = std::all_of(results.thresholds.begin(), results.thresholds.end(),
                                  [](const ThresholdResult& one) { return one.passed; });
  if (!passed) { return say(ExitCode::target_fails, failed_thresholds(results)); }
  // Where everybody is to come back after the run, whether anybody can is not known.
  if (scope.sum(Counter::polls_late) * 100 >= scope.at_risk() && scope.sum(Counter::polls_late) > 0 &&
      scope.sum(Counter::polls_resumed) == 0) {
    return say(ExitCode::inconclusive,
               fmt::format("Says nothing of streams that are polled: {}.", describe_late_polls(scope)));
  }
  if (results.search) {
    return say(ExitCode::good,
               fmt::format("The search found {} to hold within the thresholds.",
                           counted(static_cast<std::uint64_t>(results.search->largest_passing), scope.held)));
  }
  say(ExitCode::good, results.thresholds.size() == 1
                          ? "The threshold held."
                          : fmt::format("All {} held.", counted(results.thresholds.size(), "threshold")));
}

}  // namespace weir::reports::load
