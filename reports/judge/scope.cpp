#include <fmt/format.h>

#include <algorithm>

#include "reports/judge/measures.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

template <class Enum>
std::size_t index_of(Enum value) {
  return static_cast<std::size_t>(value);
}

}  // namespace

std::uint64_t Scope::sum(Counter counter) const {
  std::uint64_t sum = 0;
  for (const PopulationNumbers* one : populations) { sum += (*one)[counter]; }
  return sum;
}

std::uint64_t Scope::ends(EndReason reason) const {
  std::uint64_t sum = 0;
  for (const PopulationNumbers* one : populations) { sum += one->ends[index_of(reason)]; }
  return sum;
}

std::uint64_t Scope::drops() const {
  std::uint64_t sum = 0;
  for (const PopulationNumbers* one : populations) { sum += one->drops(); }
  return sum;
}

std::uint64_t Scope::at_risk() const {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, open.at_start)) + sum(Counter::streams_opened);
}

double Scope::stream_hours() const { return static_cast<double>(sum(Counter::stream_ms)) / 3'600'000; }

std::uint64_t Scope::open_failures() const {
  std::uint64_t sum = 0;
  for (const PopulationNumbers* one : populations) {
    for (const std::uint64_t count : one->open_failures) { sum += count; }
  }
  return sum;
}

std::uint64_t Scope::failed(OpenFailure failure) const {
  std::uint64_t sum = 0;
  for (const PopulationNumbers* one : populations) { sum += one->open_failures[index_of(failure)]; }
  return sum;
}

std::uint64_t Scope::outcome(CallOutcome outcome) const {
  std::uint64_t sum = 0;
  for (const ToolNumbers* tool : tools) { sum += tool->outcomes[index_of(outcome)]; }
  return sum;
}

std::uint64_t Scope::dropped(DropCause cause) const {
  std::uint64_t sum = 0;
  for (const ToolNumbers* tool : tools) { sum += tool->dropped[index_of(cause)]; }
  return sum;
}

std::uint64_t Scope::calls_judged() const {
  std::uint64_t sum = dropped(DropCause::no_stream) + dropped(DropCause::in_flight);
  for (const ToolNumbers* tool : tools) { sum += tool->ended(); }
  return sum;
}

Histogram Scope::timer(Timer timer) const {
  Histogram all;
  for (const PopulationNumbers* one : populations) { all.merge((*one)[timer]); }
  return all;
}

std::uint64_t Scope::longest(Open what) const {
  std::int64_t most = 0;
  for (const PopulationNumbers* one : populations) { most = std::max(most, (*one)[what]); }
  return static_cast<std::uint64_t>(most);
}

Histogram Scope::connect(ConnectPhase phase) const {
  Histogram all;
  for (const PopulationNumbers* one : populations) { all.merge(one->connect[index_of(phase)]); }
  return all;
}

Histogram Scope::age() const {
  Histogram dropped_ages, closed_ages;
  for (const PopulationNumbers* one : populations) {
    for (std::size_t i = 0; i < kEndReasons; ++i) {
      (is_drop(static_cast<EndReason>(i)) ? dropped_ages : closed_ages).merge(one->age[i]);
    }
  }
  return dropped_ages.empty() ? closed_ages : dropped_ages;
}

Histogram Scope::call_latency() const {
  Histogram all;
  for (const ToolNumbers* tool : tools) { all.merge(tool->duration); }
  return all;
}

std::uint64_t few_mute(const Scope& scope) {
  constexpr std::uint64_t kOthers = 10;
  const std::uint64_t mute = scope.sum(Counter::streams_mute);
  return mute * kOthers <= scope.ends(EndReason::client) ? mute : 0;
}

std::string describe_late_polls(const Scope& scope) {
  const std::uint64_t late = scope.sum(Counter::polls_late);
  if (late == 0) { return ""; }
  const std::uint64_t asked_ns = scope.longest(Open::poll_wait);
  return fmt::format("{} {} asked to come back{}, after the run", counted(late, scope.held), late == 1 ? "was" : "were",
                     asked_ns == 0 ? "" : " in " + readable_seconds(wire::seconds_of(asked_ns)));
}

std::string describe_blind(const Scope& scope) {
  const std::uint64_t blind = scope.sum(Counter::reconnects_blind);
  return fmt::format("{} came back without an id: what {} missed is not counted", counted(blind, scope.held),
                     blind == 1 ? "it" : "they");
}

std::string_view held_of(const Layout& layout, const Snapshot& numbers, std::string_view population) {
  bool sessions = false;
  for (std::size_t i = 0; i < numbers.populations.size() && i < layout.populations.size(); ++i) {
    const Layout::Population& plan = layout.populations[i];
    if (!population.empty() && plan.name != population) { continue; }
    // A population of plain calls holds nothing.
    if (!plan.sessions && numbers.populations[i][Counter::opens_intended] > 0) { return "stream"; }
    sessions = sessions || plan.sessions;
  }
  return sessions ? "session" : "stream";
}

Scope scope_of(const PhaseResult& span, const Layout& layout, std::string_view population, std::string_view tool) {
  Scope scope;
  scope.span = &span;
  scope.open = span.open;
  scope.everything = population.empty();
  for (std::size_t i = 0; i < span.numbers.populations.size() && i < layout.populations.size(); ++i) {
    const Layout::Population& plan = layout.populations[i];
    if (!population.empty() && plan.name != population) { continue; }
    const PopulationNumbers& numbers = span.numbers.populations[i];
    scope.populations.push_back(&numbers);
    if (!population.empty() && i < span.open_of.size()) { scope.open = span.open_of[i]; }
    for (std::size_t t = 0; t < numbers.tools.size() && t < plan.tools.size(); ++t) {
      if (tool.empty() || plan.tools[t] == tool) { scope.tools.push_back(&numbers.tools[t]); }
    }
  }
  scope.held = held_of(layout, span.numbers, population);
  return scope;
}

}  // namespace weir::reports::load
