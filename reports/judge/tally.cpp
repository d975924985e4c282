// The numbers of many seconds as one: phases, the whole run, the points of a plot.
#include <algorithm>

#include "reports/judge/measures.hpp"
#include "reports/judge/timeline.hpp"
#include "wire/base/duration.hpp"

namespace weir::reports::load {
namespace {

void widen(OpenRange& range, std::int64_t open, std::int64_t wanted) {
  range.wanted = std::max(range.wanted, wanted);
  range.peak = std::max(range.peak, open);
  if (wanted <= 0) { return; }
  // Before as many as wanted were open for the first time the run is still on its way up.
  if (range.least < 0 && open < wanted) { return; }
  const double ratio = static_cast<double>(open) / static_cast<double>(wanted);
  range.least = range.least < 0 ? open : std::min(range.least, open);
  range.least_ratio = range.least_ratio < 0 ? ratio : std::min(range.least_ratio, ratio);
}

/// The last span of a run, or the one before a death, may be a few milliseconds in which closing everything took all of
/// the processor: taken for a second, it would make each worker look busy.
constexpr std::int64_t kShortestBusySpanNs = 500'000'000;

std::int64_t cpu_ns(const Snapshot& second) {
  return second[WorkerGauge::cpu_user_ns] + second[WorkerGauge::cpu_system_ns];
}

WorkerUse use_of(const std::vector<const Snapshot*>& seconds) {
  WorkerUse use;
  std::int64_t most_open = -1;
  double cpu = 0, time = 0;
  const Snapshot* before = nullptr;
  for (const Snapshot* second : seconds) {
    const std::int64_t rss = (*second)[WorkerGauge::rss_bytes];
    use.rss_peak_bytes = std::max(use.rss_peak_bytes, rss);
    if (const std::int64_t open = second->whole(Gauge::streams_open); open > most_open && rss > 0) {
      most_open = open;
      use.rss_at_peak_open_bytes = rss;
    }
    const std::int64_t alive = (*second)[WorkerGauge::alive];
    // A worker that died, or came, between the two makes their difference meaningless.
    const bool comparable = before != nullptr && alive > 0 && alive == (*before)[WorkerGauge::alive] &&
                            second->at_ns > before->at_ns && cpu_ns(*second) >= cpu_ns(*before);
    if (comparable) {
      const auto spent = static_cast<double>(cpu_ns(*second) - cpu_ns(*before)) / static_cast<double>(alive);
      const auto passed = static_cast<double>(second->at_ns - before->at_ns);
      cpu += spent;
      time += passed;
      if (second->at_ns - before->at_ns >= kShortestBusySpanNs) {
        use.busy_peak = std::max(use.busy_peak, spent / passed);
      }
    }
    before = second;
  }
  if (time > 0) { use.busy_mean = cpu / time; }
  return use;
}

double quantile_seconds(const Histogram& histogram, double quantile) {
  return wire::seconds_of(histogram.quantile(quantile));
}

Point point_of(const Layout& layout, const Snapshot& span) {
  PhaseResult all;
  all.numbers = span;
  const Scope scope = scope_of(all, layout, "", "");
  Point point;
  point.at_seconds = wire::seconds_of(span.at_ns);
  point.open = span.whole(Gauge::streams_open);
  point.opened = scope.sum(Counter::streams_opened);
  point.dropped = scope.drops();
  point.events = scope.sum(Counter::events);
  point.calls = scope.calls_judged();
  point.calls_failed = point.calls - scope.outcome(CallOutcome::ok);
  const Histogram latency = scope.call_latency();
  point.call_p50_seconds = quantile_seconds(latency, 0.5);
  point.call_p99_seconds = quantile_seconds(latency, 0.99);
  Histogram lag = scope.timer(Timer::schedule_lag);
  lag.merge(scope.timer(Timer::client_lag));
  point.lag_p99_seconds = quantile_seconds(lag, 0.99);
  return point;
}

}  // namespace

PhaseResult merge_seconds(const Layout& layout, const PhaseInfo& info, const std::vector<const Snapshot*>& seconds,
                          std::int64_t open_until_ns) {
  PhaseResult out;
  out.info = info;
  out.numbers = Snapshot(layout);
  out.open_of.resize(layout.populations.size());
  for (const Snapshot* second : seconds) {
    out.numbers.add_span(*second);
    if (second->at_ns > open_until_ns) { continue; }
    widen(out.open, second->whole(Gauge::streams_open), second->whole(Gauge::streams_target));
    for (std::size_t i = 0; i < out.open_of.size() && i < second->populations.size(); ++i) {
      const PopulationNumbers& one = second->populations[i];
      widen(out.open_of[i], one[Gauge::streams_open], one[Gauge::streams_target]);
    }
  }
  out.peak_open = out.open.peak;
  out.workers = use_of(seconds);
  return out;
}

std::vector<Point> timeline_of(const Layout& layout, const std::vector<const Snapshot*>& seconds) {
  std::vector<Point> out;
  const std::size_t together = (seconds.size() + kTimelinePoints - 1) / kTimelinePoints;
  for (std::size_t from = 0; from < seconds.size(); from += together) {
    if (together == 1) {
      out.push_back(point_of(layout, *seconds[from]));
      continue;
    }
    Snapshot span(layout);
    for (std::size_t i = from; i < std::min(from + together, seconds.size()); ++i) { span.add_span(*seconds[i]); }
    out.push_back(point_of(layout, span));
  }
  return out;
}

}  // namespace weir::reports::load
