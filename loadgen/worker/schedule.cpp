#include "loadgen/worker/schedule.hpp"

#include <limits>

namespace weir::loadgen {

namespace {}  // namespace

Schedule::Schedule(std::size_t populations, std::uint32_t index, std::uint32_t count)
    : tracks_(populations), stagger_((index + 1.0) / std::max(1U, count)) {}

void Schedule::order(PhaseOrder order) {
  const auto later =
      std::find_if(orders_.begin(), orders_.end(), [&](const PhaseOrder& other) { return other.at_ns > order.at_ns; });
  orders_.insert(later, std::move(order));
}

void Schedule::due(std::int64_t now_ns, std::vector<Action>& actions) {
  while (!orders_.empty() && orders_.front().at_ns <= now_ns) {
    follow(orders_.front().at_ns, actions);
    begin(orders_.front(), actions);
    orders_.pop_front();
  }
  follow(now_ns, actions);
}

void Schedule::begin(const PhaseOrder& order, std::vector<Action>& actions) {
  begun_ns_ = order.at_ns;
  phase_ = order.phase;
  if (order.drop_all) { actions.push_back({.what = Action::What::drop_all, .intended_ns = order.at_ns}); }
  actions.push_back({.what = Action::What::scale_calls, .intended_ns = order.at_ns, .scale = order.call_scale});
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    auto& track = tracks_[i];
    track.line = {.start_ns = order.at_ns,
                  .over_ns = order.over_ns,
                  .from = track.level,
                  .to = i < order.streams.size() ? order.streams[i] : track.level};
    track.churn_per_second = i < order.churn_per_second.size() ? order.churn_per_second[i] : 0;
    track.churned = 0;
  }
}

void Schedule::follow(std::int64_t until_ns, std::vector<Action>& actions) {
  for (std::uint32_t i = 0; i < tracks_.size(); ++i) {
    auto& track = tracks_[i];
    const auto goal = track.line.at(until_ns);
    for (; track.level < goal; ++track.level) {
      const auto intended = track.line.reaches(track.level + 1);
      actions.push_back({.what = Action::What::add, .population = i, .intended_ns = intended});
    }
    for (; track.level > goal; --track.level) {
      const auto intended = track.line.reaches(track.level - 1);
      actions.push_back({.what = Action::What::remove, .population = i, .intended_ns = intended});
    }
    for (auto at = churn_ns(track); at <= until_ns; at = churn_ns(track)) {
      ++track.churned;
      actions.push_back({.what = Action::What::churn, .population = i, .intended_ns = at});
    }
  }
}

std::int64_t Schedule::churn_ns(const Track& track) const {
  if (track.churn_per_second <= 0) { return kNever; }
  const double seconds = (static_cast<double>(track.churned) + stagger_) / track.churn_per_second;
  return seconds > 1e9 ? kNever : begun_ns_ + static_cast<std::int64_t>(seconds * kSecond);
}

std::int64_t Schedule::next_ns() const {
  std::int64_t next = orders_.empty() ? kNever : orders_.front().at_ns;
  for (const auto& track : tracks_) {
    if (track.level != track.line.to) {
      next = std::min(next, track.line.reaches(track.level + (track.level < track.line.to ? 1 : -1)));
    }
    next = std::min(next, churn_ns(track));
  }
  return next;
}

}  // namespace weir::loadgen
