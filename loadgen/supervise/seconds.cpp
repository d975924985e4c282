#include "loadgen/supervise/seconds.hpp"

#include <algorithm>

namespace weir::loadgen {

namespace {

using namespace reports::load;

Snapshot gauges_of(const Layout& layout, const Snapshot& from) {
  Snapshot gauges(layout);
  gauges.worker = from.worker;
  for (std::size_t i = 0; i < gauges.populations.size(); ++i) {
    gauges.populations[i].gauges = from.populations[i].gauges;
  }
  return gauges;
}

void clear_gauges(Snapshot& snapshot) {
  snapshot.worker.fill(0);
  for (auto& population : snapshot.populations) { population.gauges.fill(0); }
}

}  // namespace

Seconds::Seconds(Layout layout, std::size_t workers, std::int64_t second_ns)
    : layout_(std::move(layout)), second_ns_(second_ns), members_(workers), own_(layout_) {}

Seconds::Pending& Seconds::pending(std::int64_t second) {
  const auto found = pending_.find(second);
  if (found != pending_.end()) { return found->second; }
  return pending_.emplace(second, Pending{Snapshot(layout_), std::vector<bool>(members_.size(), false)}).first->second;
}

void Seconds::report(std::size_t worker, Snapshot snapshot) {
  auto& member = members_[worker];
  member.known = true;
  member.latest = gauges_of(layout_, snapshot);
  auto second = std::max<std::int64_t>(1, (snapshot.at_ns + second_ns_ - 1) / second_ns_);
  const bool late = second <= given_;
  second = std::max(second, given_ + 1);
  auto& into = pending(second);
  if (late || into.heard[worker]) {
    clear_gauges(snapshot);  // Its own report of that second brings them.
  } else {
    into.heard[worker] = true;
  }
  into.sum.at_ns = std::max(into.sum.at_ns, snapshot.at_ns);
  into.sum.phase = std::max(into.sum.phase, snapshot.phase);
  into.sum.add_worker(snapshot);
}

void Seconds::gone(std::size_t worker) { members_[worker].alive = false; }

std::int64_t Seconds::lost(std::size_t worker) {
  auto& member = members_[worker];
  std::int64_t streams = 0;
  if (member.alive && member.known) {
    for (std::size_t i = 0; i < own_.populations.size(); ++i) {
      const auto open = std::max<std::int64_t>(0, member.latest.populations[i][Gauge::streams_open]);
      own_.populations[i].ends[static_cast<std::size_t>(EndReason::worker_lost)] += static_cast<std::uint64_t>(open);
      streams += open;
    }
  }
  member.alive = false;
  return streams;
}

bool Seconds::is_whole(std::int64_t second) const {
  const auto found = pending_.find(second);
  bool any = false;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const bool heard = found != pending_.end() && found->second.heard[i];
    if (members_[i].alive && !heard) { return false; }
    any = any || heard;
  }
  return any;
}

Snapshot Seconds::finish(std::int64_t second) {
  auto& [sum, heard] = pending(second);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    // Who is alive but silent holds its streams all the same, as far as anybody knows.
    if (members_[i].alive && members_[i].known && !heard[i]) { sum.add_worker(members_[i].latest); }
  }
  sum.add_worker(own_);
  own_ = Snapshot(layout_);
  phase_ = std::max(phase_, sum.phase);
  sum.phase = phase_;
  const auto end = second * second_ns_;
  sum.at_ns = sum.at_ns > given_ns_ ? std::min(sum.at_ns, end) : end;
  sum.span_ns = sum.at_ns - given_ns_;
  given_ns_ = sum.at_ns;
  given_ = second;
  auto whole = std::move(sum);
  pending_.erase(second);
  return whole;
}

std::optional<Snapshot> Seconds::next(std::int64_t now_ns) {
  const auto second = given_ + 1;
  const bool anybody = std::any_of(members_.begin(), members_.end(), [](const Member& m) { return m.alive; });
  const bool overdue = anybody && now_ns > second * second_ns_ + second_ns_ * 3 / 2;
  if (!is_whole(second) && !overdue) { return std::nullopt; }
  return finish(second);
}

std::optional<Snapshot> Seconds::rest() {
  std::optional<Snapshot> all;
  while (!pending_.empty()) {
    auto second = finish(pending_.begin()->first);
    if (all) {
      all->add_span(second);
    } else {
      all = std::move(second);
    }
  }
  // Streams of a worker that died after the last report of anybody are counted still.
  const auto own = std::any_of(own_.populations.begin(), own_.populations.end(), [](const PopulationNumbers& numbers) {
    return numbers.ends[static_cast<std::size_t>(EndReason::worker_lost)] > 0;
  });
  if (!all && own) { all = finish(given_ + 1); }
  return all;
}

}  // namespace weir::loadgen
