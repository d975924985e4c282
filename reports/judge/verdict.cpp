#include "reports/judge/results.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/judge/idle_cuts.hpp"
#include "reports/judge/measures.hpp"
#include "reports/judge/search.hpp"
#include "reports/judge/threshold.hpp"
#include "reports/judge/timeline.hpp"
#include "reports/judge/validity.hpp"
#include "reports/measure/journal.hpp"
#include "wire/base/duration.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

using Seconds = std::vector<const Snapshot*>;

/// A phase ends where the next one begins; of the last one that did not end by itself nothing is known.
std::vector<PhaseInfo> with_ends(std::vector<PhaseInfo> phases) {
  for (std::size_t i = 0; i + 1 < phases.size(); ++i) {
    if (phases[i].end_ns < 0) { phases[i].end_ns = phases[i + 1].start_ns; }
  }
  return phases;
}

/// Until when the streams were meant to be open. The last second of a run that was ended is the one of closing.
std::int64_t open_until(const std::vector<PhaseInfo>& phases, const Seconds& seconds, const RunEnd& end) {
  if (!phases.empty() && phases.back().end_ns >= 0) { return phases.back().end_ns; }
  if (seconds.size() > 1 && (end.complete || end.interrupted)) { return seconds[seconds.size() - 2]->at_ns; }
  return INT64_MAX;
}

void judge_search(LoadResults& results, const RunEnd& end, std::vector<bool>& failed_step) {
  std::vector<SearchStep> steps;
  for (std::size_t i = 0; i < results.phases.size(); ++i) {
    const PhaseResult& phase = results.phases[i];
    if (phase.info.kind != "search") { continue; }
    const bool cut_short = phase.info.end_ns < 0;  // By an interrupt, or the death of the run: not judged.
    failed_step[i] = cut_short;
    if (cut_short) { continue; }
    steps.push_back(judge_step(results.run, results.layout, phase));
    failed_step[i] = steps.back().verdict != StepVerdict::passed;
  }
  if (!steps.empty()) { results.search = search_result(steps); }
  if (end.search) { results.search = end.search; }
}

/// Thresholds without a phase are not broken by the step of a search that was meant to break them.
void judge_thresholds(LoadResults& results, const Seconds& seconds, const std::vector<bool>& failed_step,
                      std::int64_t open_until_ns) {
  std::vector<PhaseResult> phases;
  Seconds counted;
  for (std::size_t i = 0; i < results.phases.size(); ++i) {
    if (!failed_step[i]) { phases.push_back(results.phases[i]); }
  }
  for (const Snapshot* second : seconds) {
    if (second->phase >= failed_step.size() || !failed_step[second->phase]) { counted.push_back(second); }
  }
  const bool all = counted.size() == seconds.size();
  const PhaseResult without =
      all ? results.total : merge_seconds(results.layout, results.total.info, counted, open_until_ns);
  const bool by_default = results.run.thresholds.empty();
  const std::vector<Threshold> thresholds = by_default ? default_thresholds(results.layout) : results.run.thresholds;
  for (const Threshold& threshold : thresholds) {
    results.thresholds.push_back(judge(threshold, results.layout, without, phases));
    results.thresholds.back().by_default = by_default;
  }
}

/// "http_401 (5,000)": what most attempts came to.
std::string main_failure(const Scope& scope) {
  std::size_t most = 0;
  std::array<std::uint64_t, kOpenFailures> sums{};
  for (std::size_t i = 0; i < kOpenFailures; ++i) {
    sums[i] = scope.failed(static_cast<OpenFailure>(i));
    if (sums[i] > sums[most]) { most = i; }
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

void decide(LoadResults& results, const RunEnd& end) {
  const auto say = [&](ExitCode code, std::string reason) {
    results.exit_code = code;
    results.exit_reason = std::move(reason);
  };
  const Scope scope = scope_of(results.total, results.layout, "", "");
  const std::string ran = readable_seconds(wire::seconds_of(results.duration_ns));
  if (end.interrupted) {
    return say(ExitCode::interrupted, fmt::format("Interrupted after {}; what was measured until then stands.", ran));
  }
  if (!results.invalid.empty()) {
    return say(ExitCode::inconclusive, fmt::format("Says nothing about the target: {}.", results.invalid.front()));
  }
  // Plain calls need no stream: where they were answered, and none was wanted, nothing is missing.
  const bool calls_alone = scope.sum(Counter::opens_intended) == 0 && scope.call_latency().count() > 0;
  if (scope.sum(Counter::streams_opened) == 0 && results.total.open.peak == 0 && !calls_alone) {
    return say(ExitCode::unreachable, fmt::format("No stream was ever held: {}.", main_failure(scope)));
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

}  // namespace

LoadResults summarize(const RunInfo& run, const Layout& layout, const std::vector<PhaseInfo>& phases,
                      const std::vector<Snapshot>& seconds, const std::vector<Incident>& incidents, const RunEnd& end) {
  LoadResults results;
  results.run = run;
  results.layout = layout;
  results.complete = end.complete;

  Seconds all;
  std::vector<Seconds> of_phase(phases.size());
  for (const Snapshot& second : seconds) {
    all.push_back(&second);
    if (second.phase < of_phase.size()) { of_phase[second.phase].push_back(&second); }
    results.duration_ns = std::max(results.duration_ns, second.at_ns);
  }
  std::vector<PhaseInfo> ended = with_ends(phases);
  const std::int64_t until = open_until(ended, all, end);
  if (!ended.empty() && ended.back().end_ns < 0 && end.complete && !end.interrupted) {
    ended.back().end_ns = std::min(until, results.duration_ns);
  }
  const PhaseInfo whole{.name = "run", .kind = "run", .start_ns = 0, .end_ns = results.duration_ns};
  results.total = merge_seconds(layout, whole, all, until);
  for (std::size_t i = 0; i < ended.size(); ++i) {
    results.phases.push_back(merge_seconds(layout, ended[i], of_phase[i], until));
  }
  results.timeline = timeline_of(layout, all);
  results.idle_cuts = find_idle_cuts(layout, results.total.numbers);
  for (const Incident& incident : incidents) {
    results.incidents.push_back(fmt::format("at {:.1f} s: {}", wire::seconds_of(incident.at_ns), incident.text));
  }

  std::vector<bool> failed_step(results.phases.size());
  judge_search(results, end, failed_step);
  judge_thresholds(results, all, failed_step, until);
  results.invalid = end.invalid;
  for (std::string& problem : generator_problems(run, layout, results.total)) {
    results.invalid.push_back(std::move(problem));
  }
  decide(results, end);
  return results;
}

LoadResults summarize(const Journal& journal) {
  RunEnd end;
  end.interrupted = journal.interrupted;
  end.complete = journal.finished;
  return summarize(journal.head.run, journal.head.layout, journal.phases, journal.seconds, journal.incidents, end);
}

}  // namespace weir::reports::load
