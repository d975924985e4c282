#include "reports/judge/validity.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/judge/measures.hpp"
#include "wire/base/duration.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

constexpr double kBusy = 0.8;  // Of a core: beyond it a worker's queue grows.
constexpr std::int64_t kMinute = 60 * wire::kSecond;
/// A minute of which a tenth was late is not measured. A single pause of the machine is shorter, and some are to be
/// expected in a long run.
constexpr double kLateShare = 0.1;
constexpr std::uint64_t kSamplesOfMinute = 100;
constexpr double kAheadShare = 0.01;    // Of the events with a time.
constexpr double kOpenedShare = 0.999;  // Of the wanted streams; with fewer it was another load.

std::string lag_cause(const WorkerUse& use) {
  const std::string busy = describe_busy(use);
  if (busy.empty()) { return "give the generator more CPU, or fewer streams"; }
  if (use.busy_mean >= kBusy || use.busy_peak >= kBusy) {
    return busy + ": CPU is short, give more cores or fewer streams";
  }
  return busy + ": something else took the CPU, or the machine paused";
}

void check_lag(const RunInfo& run, const Scope& scope, Timer timer, std::string_view name, std::uint64_t least_samples,
               std::vector<std::string>& out) {
  const Histogram lag = scope.timer(timer);
  if (lag.count() < least_samples) { return; }
  const double p99 = wire::seconds_of(lag.quantile(0.99));
  if (p99 <= run.lag_bound_seconds) { return; }
  out.push_back(fmt::format("{} lag p99 {} beyond the bound of {}; {}", name, readable_seconds(p99),
                            readable_seconds(run.lag_bound_seconds), lag_cause(scope.span->workers)));
}

void check_shortage(const Scope& scope, OpenFailure failure, std::string_view fix, std::vector<std::string>& out) {
  const std::uint64_t count = scope.failed(failure);
  const OpenRange& open = scope.open;
  if (count == 0 || static_cast<double>(open.peak) >= kOpenedShare * static_cast<double>(open.wanted)) { return; }
  out.push_back(fmt::format(
      "only {} of {} streams were ever open, {} ended in {}: {}", wire::grouped(static_cast<std::uint64_t>(open.peak)),
      wire::grouped(static_cast<std::uint64_t>(open.wanted)), counted(count, "attempt"), to_string(failure), fix));
}

}  // namespace

std::string describe_busy(const WorkerUse& use) {
  if (use.busy_mean < 0) { return ""; }
  std::string out = fmt::format("the workers were {:.0f} % busy on average", use.busy_mean * 100);
  if (use.busy_peak >= 0) { out += fmt::format(", {:.0f} % in the worst second", use.busy_peak * 100); }
  return out;
}

std::vector<std::string> generator_problems(const RunInfo& run, const Layout& layout, const PhaseResult& span,
                                            std::uint64_t least_samples) {
  std::vector<std::string> out;
  const Scope scope = scope_of(span, layout, "", "");
  check_lag(run, scope, Timer::schedule_lag, "schedule", least_samples, out);
  check_lag(run, scope, Timer::client_lag, "client", least_samples, out);
  if (scope.sum(Counter::bytes) > 0 && scope.timer(Timer::client_lag).empty()) {
    out.push_back(
        "the kernel gave no time-stamp to what arrived, so that our own delay is not known: run on Linux itself");
  }
  check_shortage(scope, OpenFailure::out_of_ports, "give more source addresses (sources: [127.0.0.2-40])", out);
  check_shortage(scope, OpenFailure::out_of_files, "raise the limit of descriptors (ulimit -n), or give more workers",
                 out);
  if (const std::uint64_t broken = scope.sum(Counter::invariant_broken); broken > 0) {
    out.push_back(fmt::format("{} had neither a socket nor a scheduled reconnect: a mistake of Weir, please report it",
                              counted(broken, "stream")));
  }
  return out;
}

std::optional<std::string> clock_problem(const std::vector<ThresholdResult>& thresholds, const Layout& layout,
                                         const PhaseResult& total) {
  const bool judged = std::any_of(thresholds.begin(), thresholds.end(), [](const ThresholdResult& one) {
    return one.threshold.measure.starts_with("delivery_delay_");
  });
  const Scope scope = scope_of(total, layout, "", "");
  const std::uint64_t ahead = scope.sum(Counter::events_ahead);
  const std::uint64_t timed = ahead + scope.timer(Timer::delivery_delay).count();
  if (!judged || static_cast<double>(ahead) <= kAheadShare * static_cast<double>(timed)) { return std::nullopt; }
  return fmt::format(
      "{} of {} say that they were sent after they came: the sender's clock and ours differ, or one was set",
      wire::grouped(ahead), counted(timed, "event"));
}

void WorstMinute::close(Lag& lag, std::int64_t minute) {
  if (lag.of_minute.count() < kSamplesOfMinute) { return; }
  const std::uint64_t late = lag.of_minute.quantile(1 - kLateShare);
  if (late <= lag.worst_ns) { return; }
  lag.worst_ns = late;
  lag.worst_minute = minute;
}

void WorstMinute::add(const Snapshot& second) {
  const std::int64_t minute = std::max<std::int64_t>(0, second.at_ns - 1) / kMinute;
  for (Lag& lag : lags_) {
    if (minute != minute_) {
      close(lag, minute_);
      lag.of_minute.clear();
    }
    for (const PopulationNumbers& one : second.populations) { lag.of_minute.merge(one[lag.timer]); }
  }
  minute_ = minute;
}

std::vector<std::string> WorstMinute::problems(const RunInfo& run) const {
  std::vector<std::string> out;
  for (Lag lag : lags_) {
    close(lag, minute_);
    const double worst_s = wire::seconds_of(lag.worst_ns);
    if (worst_s <= run.lag_bound_seconds) { continue; }
    out.push_back(
        fmt::format("in the minute from {} on a tenth of all had a {} lag of {} or more, beyond the bound of "
                    "{}: something took the CPU, or the machine paused",
                    readable_seconds(wire::seconds_of(lag.worst_minute * kMinute)), lag.name, readable_seconds(worst_s),
                    readable_seconds(run.lag_bound_seconds)));
  }
  return out;
}

}  // namespace weir::reports::load
