#include "reports/judge/timeline.hpp"

#include <algorithm>
#include <cmath>

#include "reports/judge/measures.hpp"
#include "wire/base/duration.hpp"

namespace weir::reports::load {
namespace {

constexpr std::size_t kFewestPoints = 200;  // Of a run with many populations, whose spans are large.

std::size_t points_for(const Layout& layout) {
  return std::max(kFewestPoints, kTimelinePoints / std::max<std::size_t>(1, layout.populations.size()));
}

std::vector<LatencyCell> cells_of(const Histogram& latency) {
  std::vector<LatencyCell> cells;
  latency.for_each([&](std::uint64_t nanos, std::uint64_t calls) {
    const double octaves = std::log2(static_cast<double>(std::max<std::uint64_t>(1, nanos)));
    const auto row = static_cast<std::uint16_t>(octaves * kLatencyRowsPerOctave);
    if (cells.empty() || cells.back().row != row) { cells.push_back({.row = row, .calls = 0}); }
    cells.back().calls += calls;
  });
  return cells;
}

double quantile_seconds(const Histogram& histogram, double quantile) {
  return wire::seconds_of(histogram.quantile(quantile));
}

}  // namespace

Point point_of(const Layout& layout, const Snapshot& span) {
  PhaseResult all;
  all.numbers = span;
  const Scope scope = scope_of(all, layout, "", "");
  Point point;
  point.at_seconds = wire::seconds_of(span.at_ns);
  point.open = span.whole(Gauge::streams_open);
  point.opened = scope.sum(Counter::streams_opened);
  point.dropped = scope.drops();
  point.not_opened = scope.open_failures();
  point.events = scope.sum(Counter::events);
  point.calls = scope.calls_judged();
  point.calls_failed = point.calls - scope.outcome(CallOutcome::ok);
  const Histogram latency = scope.call_latency();
  point.call_p50_seconds = quantile_seconds(latency, 0.5);
  point.call_p90_seconds = quantile_seconds(latency, 0.9);
  point.call_p99_seconds = quantile_seconds(latency, 0.99);
  point.latency = cells_of(latency);
  Histogram lag = scope.timer(Timer::schedule_lag);
  lag.merge(scope.timer(Timer::client_lag));
  point.lag_p99_seconds = quantile_seconds(lag, 0.99);
  point.wanted = static_cast<double>(span.whole(Gauge::streams_target));
  point.opening = static_cast<double>(span.whole(Gauge::streams_opening));
  for (std::size_t i = 0; i < kSilentStreams.size(); ++i) {
    point.silent[i] = static_cast<double>(span.whole(kSilentStreams[i]));
  }
  for (std::size_t i = 0; i < kEndReasons; ++i) {
    point.ends[i] = static_cast<double>(scope.ends(static_cast<EndReason>(i)));
  }
  for (std::size_t i = 0; i < kCallOutcomes; ++i) {
    point.outcomes[i] = static_cast<double>(scope.outcome(static_cast<CallOutcome>(i)));
  }
  return point;
}

Timeline::Timeline(const Layout& layout) : Timeline(layout, points_for(layout)) {}

Timeline::Timeline(Layout layout, std::size_t points) : layout_(std::move(layout)), most_(2 * points) {}

void Timeline::add(const Snapshot& second) {
  if (latest_) {
    latest_->add_span(second);
  } else {
    latest_ = second;
  }
  if (++latest_seconds_ < seconds_) { return; }
  encode_snapshot(*latest_, spans_.emplace_back());
  latest_.reset();
  latest_seconds_ = 0;
  if (spans_.size() == most_) { halve(); }
}

Snapshot Timeline::decode(std::size_t span) const {
  Snapshot out;
  decode_snapshot(layout_, spans_[span], out);
  return out;
}

/// Two become one, for all of them, so that they stay equal.
void Timeline::halve() {
  for (std::size_t i = 0; i + 1 < spans_.size(); i += 2) {
    Snapshot both = decode(i);
    both.add_span(decode(i + 1));
    spans_[i / 2].clear();
    encode_snapshot(both, spans_[i / 2]);
  }
  spans_.resize(spans_.size() / 2);
  seconds_ *= 2;
}

std::vector<Point> Timeline::points() const {
  std::vector<Point> out;
  const std::size_t together = spans_.size() > most_ / 2 ? 2 : 1;
  for (std::size_t from = 0; from < spans_.size(); from += together) {
    Snapshot span = decode(from);
    if (together == 2 && from + 1 < spans_.size()) { span.add_span(decode(from + 1)); }
    out.push_back(point_of(layout_, span));
  }
  if (latest_) { out.push_back(point_of(layout_, *latest_)); }
  return out;
}

}  // namespace weir::reports::load
