#include "reports/judge/tally.hpp"

#include <algorithm>
#include <array>

namespace weir::reports::load {
namespace {

void widen(OpenRange& range, std::int64_t open, std::int64_t held, std::int64_t wanted, std::int64_t wanted_before) {
  range.wanted = std::max(range.wanted, wanted);
  range.due = std::max(range.due, std::min(wanted, wanted_before));
  range.peak = std::max(range.peak, open);
  range.held = std::max(range.held, held);
  if (wanted <= 0) { return; }
  // Before as many as wanted were open for the first time the run is still on its way up.
  if (range.least < 0 && held < wanted) { return; }
  const double ratio = static_cast<double>(held) / static_cast<double>(wanted);
  range.least = range.least < 0 ? held : std::min(range.least, held);
  range.least_ratio = range.least_ratio < 0 ? ratio : std::min(range.least_ratio, ratio);
}

/// The last span of a run, or the one before a death, may be a few milliseconds in which closing everything took all of
/// the processor: taken for a second, it would make each worker look busy.
constexpr std::int64_t kShortestBusySpanNs = 500'000'000;

}  // namespace

Tally::Tally(const Layout& layout, PhaseInfo info, const Tally* before) : last_(layout.populations.size() + 1) {
  out_.info = std::move(info);
  out_.numbers = Snapshot(layout);
  out_.open_of.resize(layout.populations.size());
  if (before == nullptr) { return; }
  last_ = before->last_;
  out_.open.at_start = last_[0].open;
  for (std::size_t i = 0; i < out_.open_of.size(); ++i) { out_.open_of[i].at_start = last_[i + 1].open; }
}

void Tally::add(const Snapshot& second, bool closing) {
  out_.numbers.add_span(second);
  use(second);
  if (closing) { return; }
  const auto count = [&](std::size_t at, OpenRange& range, const auto& of) {
    const Gauges now{of(Gauge::streams_open), of(Gauge::streams_target)};
    widen(range, now.open, now.open + of(Gauge::streams_polled), now.wanted, last_[at].wanted);
    for (std::size_t i = 0; i < kSilentStreams.size(); ++i) {
      range.silent[i] = std::max(range.silent[i], of(kSilentStreams[i]));
    }
    last_[at] = now;
  };
  count(0, out_.open, [&](Gauge which) { return second.whole(which); });
  for (std::size_t i = 0; i < out_.open_of.size() && i < second.populations.size(); ++i) {
    count(i + 1, out_.open_of[i], [&](Gauge which) { return second.populations[i][which]; });
  }
  out_.peak_open = out_.open.peak;
}

/// What the workers took.
void Tally::use(const Snapshot& second) {
  WorkerUse& use = out_.workers;
  const std::int64_t rss = second[WorkerGauge::rss_bytes], alive = second[WorkerGauge::alive];
  const std::int64_t cpu_ns = second[WorkerGauge::cpu_user_ns] + second[WorkerGauge::cpu_system_ns];
  use.rss_peak_bytes = std::max(use.rss_peak_bytes, rss);
  if (const std::int64_t open = second.whole(Gauge::streams_open); open > most_open_ && rss > 0) {
    most_open_ = open;
    use.rss_at_peak_open_bytes = rss;
  }
  // A worker that died, or came, between the two makes their difference meaningless.
  if (before_ns_ >= 0 && alive > 0 && alive == before_alive_ && second.at_ns > before_ns_ && cpu_ns >= before_cpu_ns_) {
    const double spent = static_cast<double>(cpu_ns - before_cpu_ns_) / static_cast<double>(alive);
    const auto passed = static_cast<double>(second.at_ns - before_ns_);
    cpu_ += spent;
    time_ += passed;
    use.busy_mean = cpu_ / time_;
    if (second.at_ns - before_ns_ >= kShortestBusySpanNs) { use.busy_peak = std::max(use.busy_peak, spent / passed); }
  }
  before_ns_ = second.at_ns;
  before_cpu_ns_ = cpu_ns;
  before_alive_ = alive;
}

}  // namespace weir::reports::load
