#include "loadgen/scenario/scale.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "loadgen/scenario/duration.hpp"

namespace weir::loadgen {
namespace {

/// Measures of time that passes by waiting, up to their statistic: "heartbeat_gap_max".
constexpr std::array<std::string_view, 4> kWaits = {"heartbeat_gap_", "byte_gap_", "stream_age_", "reconnect_"};

class Scale {
 public:
  explicit Scale(double factor) : factor_(factor) {}

  /// Never to nothing, which often means "never".
  void wait(Nanos& nanos) const {
    if (nanos > 0) {
      nanos = std::max(kMillisecond, static_cast<Nanos>(std::llround(static_cast<double>(nanos) * factor_)));
    }
  }

  void timeout(Nanos& nanos) const {
    const Nanos least = std::min(nanos, kScaledTimeoutLeast);
    wait(nanos);
    nanos = std::max(nanos, least);
  }

  void call(CallPlan& plan) const { timeout(plan.timeout); }

  void population(Population& population) const {
    wait(population.reconnect.base);
    wait(population.reconnect.cap);
    wait(population.idle_cut_after);
    wait(population.silence_limit);
    timeout(population.connect_timeout);
    timeout(population.answer_timeout);
    call(population.stream_call);
    for (auto& plan : population.calls) { call(plan); }
  }

  void threshold(reports::load::Threshold& threshold) const {
    const bool waits = std::any_of(kWaits.begin(), kWaits.end(),
                                   [&](std::string_view prefix) { return threshold.measure.starts_with(prefix); });
    if (!waits) { return; }
    threshold.bound *= factor_;
    const auto value = format_duration(std::llround(threshold.bound * static_cast<double>(kSecond)));
    threshold.text =
        threshold.text.substr(0, threshold.text.find(threshold.comparison)) + threshold.comparison + " " + value;
  }

 private:
  double factor_;
};

}  // namespace

wire::Result<Scenario> scaled(Scenario scenario, double factor) {
  if (!(factor >= kScaleLeast && factor <= kScaleMost)) {
    return wire::fail(wire::ErrorCode::bad_input,
                      fmt::format("--scale must be between {} and {}, is {}", kScaleLeast, kScaleMost, factor));
  }
  if (factor == 1) { return scenario; }
  const Scale scale(factor);
  for (auto& population : scenario.populations) { scale.population(population); }
  for (auto& phase : scenario.phases) { scale.wait(phase.duration); }
  for (auto& threshold : scenario.thresholds) { scale.threshold(threshold); }
  if (scenario.oauth) { scale.wait(scenario.oauth->refresh_before); }
  scale.wait(scenario.resolve_every);
  return scenario;
}

}  // namespace weir::loadgen
