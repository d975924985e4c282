#include "reports/judge/validity.hpp"

#include <fmt/format.h>

#include "reports/judge/measures.hpp"
#include "wire/base/duration.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

constexpr double kBusy = 0.8;           // Of a core: beyond it a worker's queue grows.
constexpr double kOpenedShare = 0.999;  // Of the wanted streams; with fewer it was another load.

std::string lag_cause(const WorkerUse& use) {
  const std::string busy = describe_busy(use);
  if (busy.empty()) { return "give the generator more CPU, or fewer streams"; }
  if (use.busy_mean >= kBusy || use.busy_peak >= kBusy) {
    return busy + ": CPU is short, give more cores or fewer streams";
  }
  return busy + ": something else took the CPU, or the machine paused";
}

void check_lag(const RunInfo& run, const Scope& scope, Timer timer, std::string_view name,
               std::vector<std::string>& out) {
  const Histogram lag = scope.timer(timer);
  if (lag.empty()) { return; }  // No sample passes for health.
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

std::vector<std::string> generator_problems(const RunInfo& run, const Layout& layout, const PhaseResult& span) {
  std::vector<std::string> out;
  const Scope scope = scope_of(span, layout, "", "");
  check_lag(run, scope, Timer::schedule_lag, "schedule", out);
  check_lag(run, scope, Timer::client_lag, "client", out);
  check_shortage(scope, OpenFailure::out_of_ports, "give more source addresses (sources: [127.0.0.2-40])", out);
  check_shortage(scope, OpenFailure::out_of_files, "raise the limit of descriptors (ulimit -n), or give more workers",
                 out);
  if (const std::uint64_t broken = scope.sum(Counter::invariant_broken); broken > 0) {
    out.push_back(fmt::format("{} had neither a socket nor a scheduled reconnect: a mistake of Weir, please report it",
                              counted(broken, "stream")));
  }
  return out;
}

}  // namespace weir::reports::load
