#include "loadgen/supervise/phase_plan.hpp"

#include <cmath>
#include <numeric>

#include "loadgen/client/pacer.hpp"

namespace weir::loadgen {

namespace {

/// Of all streams.
double share_weight(const Population& population) {
  return population.stream == StreamKind::none ? 0 : population.weight;
}

}  // namespace

PhasePlan::PhasePlan(const Scenario& scenario, std::int64_t second_ns) : scenario_(scenario), second_ns_(second_ns) {}

std::int64_t PhasePlan::length_of(const Phase& phase) const {
  return std::max<std::int64_t>(1, (phase.duration + second_ns_ - 1) / second_ns_) * second_ns_;
}

/// A ramp takes its time; a jump takes what the bound on opens asks for.
std::int64_t PhasePlan::over_of(const Phase& phase, std::int64_t from, std::int64_t to) const {
  const auto own = phase.kind == Phase::Kind::ramp ? phase.duration : 0;
  if (scenario_.opens_per_second <= 0 || to <= from) { return own; }
  const double seconds = static_cast<double>(to - from) / scenario_.opens_per_second;
  return std::max(own, static_cast<std::int64_t>(seconds * kSecond));
}

PhaseStep PhasePlan::step_of(const Phase& phase, std::int64_t streams) {
  PhaseStep step;
  step.index = steps_++;
  step.phase = phase_;
  step.name = phase.name;
  step.kind = phase.kind;
  step.streams = streams;
  step.over_ns = over_of(phase, level_, streams);
  step.length_ns = length_of(phase);
  step.churn_per_second = phase.kind == Phase::Kind::churn ? phase.per_second : 0;
  step.call_scale = phase.call_scale;
  step.drop_all = phase.kind == Phase::Kind::reconnect;
  level_ = streams;
  return step;
}

std::optional<PhaseStep> PhasePlan::next() {
  if (phase_ >= scenario_.phases.size()) { return std::nullopt; }
  const auto& phase = scenario_.phases[phase_];
  if (phase.kind == Phase::Kind::search) {
    if (!search_at_) {
      base_ = level_;
      searched_.clear();
      search_at_ = search_streams(phase, 0);
    }
    auto step = step_of(phase, *search_at_);
    step.name = step_name(phase, static_cast<std::int64_t>(searched_.size()));
    return step;
  }
  auto streams = level_;
  if (phase.kind == Phase::Kind::ramp || phase.kind == Phase::Kind::spike) { streams = phase.streams; }
  const auto before = level_;
  auto step = step_of(phase, streams);
  if (phase.kind == Phase::Kind::spike) {
    level_ = before;  // The phase after a spike goes on where the spike came from.
  }
  ++phase_;
  return step;
}

void PhasePlan::judged(reports::load::SearchStep step) {
  if (!search_at_) { return; }
  const auto& phase = scenario_.phases[phase_];
  searched_.push_back(std::move(step));
  search_ = reports::load::search_result(searched_);
  search_at_ = next_step(phase, searched_);
  if (!search_at_) {
    // What follows goes on with the load that was found.
    level_ = search_->largest_passing >= 0 ? search_->largest_passing : base_;
    ++phase_;
  }
}

std::int64_t PhasePlan::rest_ns() const {
  std::int64_t rest = 0;
  for (std::size_t i = phase_; i < scenario_.phases.size(); ++i) {
    if (scenario_.phases[i].kind == Phase::Kind::search) { return -1; }
    rest += length_of(scenario_.phases[i]);
  }
  return rest;
}

PhaseStep joined(PhaseStep step, std::int64_t after_ns, double opens_per_second, std::uint32_t shards) {
  constexpr std::int64_t kEachStream = kMillisecond;
  const auto own = step.streams / std::max<std::uint32_t>(1, shards) * kEachStream;
  const auto bound = opens_per_second <= 0
                         ? 0
                         : static_cast<std::int64_t>(static_cast<double>(step.streams) / opens_per_second * kSecond);
  step.over_ns = std::max({step.over_ns - after_ns, own, bound});
  step.length_ns -= after_ns;
  step.drop_all = false;  // There was nothing that could have been dropped.
  return step;
}

std::vector<std::int64_t> spread(const std::vector<Population>& populations, std::int64_t total) {
  const double weights = std::accumulate(populations.begin(), populations.end(), 0.0,
                                         [](double sum, const Population& p) { return sum + share_weight(p); });
  std::vector<std::int64_t> counts(populations.size(), 0);
  if (weights <= 0) { return counts; }
  std::vector<std::pair<double, std::size_t>> remainders;
  auto left = total;
  for (std::size_t i = 0; i < populations.size(); ++i) {
    const double exact = static_cast<double>(total) * share_weight(populations[i]) / weights;
    counts[i] = static_cast<std::int64_t>(std::floor(exact));
    left -= counts[i];
    remainders.emplace_back(static_cast<double>(counts[i]) - exact, i);  // The largest remainder sorts first.
  }
  std::sort(remainders.begin(), remainders.end());  // Of equals, the first population.
  for (std::size_t i = 0; left > 0 && !remainders.empty(); i = (i + 1) % remainders.size(), --left) {
    ++counts[remainders[i].second];
  }
  return counts;
}

PhaseOrder order_of(const Scenario& scenario, const PhaseStep& step, const Share& share, std::int64_t at_ns) {
  PhaseOrder order;
  order.phase = step.index;
  order.at_ns = at_ns;
  order.over_ns = step.over_ns;
  order.call_scale = step.call_scale;
  order.drop_all = step.drop_all;
  const double weights =
      std::accumulate(scenario.populations.begin(), scenario.populations.end(), 0.0,
                      [](double sum, const Population& population) { return sum + share_weight(population); });
  const auto counts = spread(scenario.populations, step.streams);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    // Populations begin with different workers, so that odd streams do not all meet in the first one.
    const auto turn = static_cast<std::uint32_t>(i);
    const auto of_shard = share_of(counts[i], (share.shard + turn) % share.shards, share.shards);
    order.streams.push_back(share_of(of_shard, (share.worker + turn) % share.workers, share.workers));
    const double part = weights > 0 ? share_weight(scenario.populations[i]) / weights : 0;
    order.churn_per_second.push_back(step.churn_per_second * part / share.workers / share.shards);
  }
  return order;
}

}  // namespace weir::loadgen
