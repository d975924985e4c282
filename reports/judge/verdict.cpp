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

std::string failed_thresholds(const LoadResults& results) {
  std::string first;
  std::uint64_t failed = 0;
  for (const ThresholdResult& one : results.thresholds) {
    if (one.passed) { continue; }
    if (failed++ == 0) { first = one.message; }
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
  say(ExitCode::good, results.thresholds.size() == 1
                          ? "The threshold held."
                          : fmt::format("All {} held.", counted(results.thresholds.size(), "threshold")));
}

}  // namespace weir::reports::load
