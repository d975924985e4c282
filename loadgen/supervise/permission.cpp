#include "loadgen/supervise/permission.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::loadgen {

namespace {

double per_second(std::int64_t count, Nanos time) {
  return static_cast<double>(count) * kSecond / static_cast<double>(std::max<Nanos>(time, 1));
}

/// Within what time the streams come back that are all dropped at once: the shortest that any of them may take.
Nanos comeback_of(const Scenario& scenario) {
  Nanos shortest = 0;
  for (const auto& population : scenario.populations) {
    if (population.stream == StreamKind::none || !population.reconnect.enabled) { continue; }
    const auto own = std::min(population.reconnect.base, population.reconnect.cap);
    shortest = shortest == 0 ? own : std::min(shortest, own);
  }
  return shortest;
}

}  // namespace

wire::LoadDemand load_demand(const Scenario& scenario) {
  wire::LoadDemand demand{.streams = scenario.most_streams()};
  const auto bound = scenario.opens_per_second;
  const auto comeback = comeback_of(scenario);
  std::int64_t level = 0;
  double scale = 1;
  const auto opens = [&](double rate) { demand.opens_per_second = std::max(demand.opens_per_second, rate); };
  for (const auto& phase : scenario.phases) {
    scale = std::max(scale, phase.call_scale);
    switch (phase.kind) {
      case Phase::Kind::ramp: {
        const auto rate =
            phase.duration > 0 ? per_second(std::max<std::int64_t>(0, phase.streams - level), phase.duration) : bound;
        opens(bound > 0 ? std::min(rate, bound) : rate);
        level = phase.streams;
        break;
      }
      case Phase::Kind::spike:
        opens(bound);
        break;
      case Phase::Kind::search:
        opens(bound);
        level = phase.most;
        break;
      case Phase::Kind::churn:
        opens(phase.per_second);
        break;
      case Phase::Kind::reconnect:
        if (comeback > 0) { opens(per_second(level, comeback)); }
        break;
      case Phase::Kind::hold:
        break;
    }
  }
  for (const auto& population : scenario.populations) {
    for (const auto& call : population.calls) { demand.calls_per_second += call.per_second * scale; }
  }
  return demand;
}

wire::Result<std::vector<std::string>> permit(const Scenario& scenario, const wire::LoadPermission& permission,
                                              const Targets& targets, const std::vector<Looked>& looked) {
  std::vector<std::string> lines;
  for (const auto& one : looked) {
    auto why = wire::may_load(permission, targets.urls[one.target].host, one.addresses);
    if (!why) { return tl::unexpected(why.error()); }
    auto line = fmt::format("load allowed: {}", *why);
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) { lines.push_back(std::move(line)); }
  }
  const auto within = wire::within_load_allowed(scenario.target.load_allowed, load_demand(scenario));
  return within ? wire::Result<std::vector<std::string>>(std::move(lines)) : tl::unexpected(within.error());
}

void bound_opens(Scenario& scenario) {
  const auto& allowed = scenario.target.load_allowed;
  if (allowed && allowed->opens_per_second && scenario.opens_per_second <= 0) {
    scenario.opens_per_second = *allowed->opens_per_second;
  }
}

}  // namespace weir::loadgen
